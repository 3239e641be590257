/** All turns as a table: what the timeline shows, for those who read, or have it read. */

import { besideMark } from "./captions.js";
import { attribute, h, part } from "./dom.js";
import { clock, seconds } from "./format.js";
import { OBJECTIVE_MS, openedBy, outcomeKind, plain } from "./words.js";

/**
 * @typedef {import("./store.js").Opened} Opened
 * @typedef {import("./types.js").Turn} Turn
 */

const PAGE = 50;
const COLUMNS = ["Turn", "Began", "Opened by", "Waited", "Silence", "Model", "Tools", "Rest", "Outcome", "What was marked"];

export class TurnTable {
  /** @param {(turn: number) => void} choose */
  constructor(choose) {
    this._root = part("turns", HTMLElement);
    this._shown = "";
    /** @type {number|null} */
    this._page = null;
    this._body = h("tbody", {});
    this._where = h("span", { class: "quiet" });
    this._earlier = h("button", { type: "button", class: "text-button" }, "Earlier");
    this._later = h("button", { type: "button", class: "text-button" }, "Later");
    const head = h("thead", {}, h("tr", {}, ...COLUMNS.map((name) => h("th", { scope: "col" }, name))));
    this._pager = h("p", { class: "pager", hidden: true }, this._earlier, this._where, this._later);
    this._root.append(h("table", {}, h("caption", { class: "unseen" }, "Turns of the session"), head, this._body), this._pager);
    this._earlier.addEventListener("click", () => this._turnTo(-1));
    this._later.addEventListener("click", () => this._turnTo(1));
    this._body.addEventListener("click", (event) => {
      const row = event.target instanceof Element ? event.target.closest("tr") : null;
      if (row?.dataset.turn) choose(Number(row.dataset.turn));
    });
  }

  /** @param {number} by */
  _turnTo(by) {
    this._page = (this._page ?? 0) + by;
    this._shown = "";
    if (this._again !== undefined) this._again();
  }

  /**
   * @param {Opened} opened
   * @param {number|null} selected
   */
  show(opened, selected) {
    if (this._root.hidden) return;
    this._again = () => this.show(opened, selected);
    const state = `${opened.id} ${opened.version} ${selected} ${this._page}`;
    if (state === this._shown) return;
    if (!this._shown.endsWith(` ${selected} ${this._page}`)) this._page = this._shown === "" ? this._page : null;
    this._shown = state;
    const turns = [...opened.turns.values()].sort((a, b) => a.turn - b.turn);
    const pages = Math.max(1, Math.ceil(turns.length / PAGE));
    const at = turns.findIndex((turn) => turn.turn === selected);
    const page = Math.min(Math.max(this._page ?? (at >= 0 ? Math.floor(at / PAGE) : pages - 1), 0), pages - 1);
    this._page = page;
    const marks = marked(opened);
    this._body.replaceChildren(...turns.slice(page * PAGE, (page + 1) * PAGE).map((turn) => row(turn, turn.turn === selected, marks.get(turn.turn) ?? "")));
    this._pager.hidden = pages === 1;
    this._earlier.disabled = page === 0;
    this._later.disabled = page === pages - 1;
    this._where.textContent = `${page * PAGE + 1} to ${Math.min((page + 1) * PAGE, turns.length)} of ${turns.length}`;
  }
}

/**
 * @param {Turn} turn
 * @param {boolean} selected
 * @param {string} marks
 */
function row(turn, selected, marks) {
  const { latency } = turn;
  const slow = (latency?.total_ms ?? 0) > OBJECTIVE_MS;
  const choose = h("button", { type: "button" }, String(turn.turn));
  const node = h(
    "tr",
    { "data-turn": turn.turn },
    h("th", { scope: "row" }, choose),
    h("td", {}, clock(turn.began_ms, 1)),
    h("td", {}, openedBy(turn.opened_by)),
    h("td", { "data-slow": slow }, seconds(latency?.total_ms), slow ? " slow" : ""),
    ...[latency?.vad_wait_ms, latency?.model_ms, latency?.tools_ms, latency?.rest_ms].map((ms) => h("td", {}, seconds(ms))),
    h("td", { "data-kind": outcomeKind(turn.outcome) }, turn.outcome === null ? "goes on" : plain(turn.outcome)),
    h("td", {}, marks),
  );
  attribute(node, "aria-current", selected ? "true" : null);
  return node;
}

/** What was marked in each turn, in words. @param {Opened} opened */
function marked(opened) {
  /** @type {Map<number, string>} */
  const found = new Map();
  for (const mark of opened.marks.values()) {
    if (mark.turn === null) continue;
    const said = besideMark(mark);
    const before = found.get(mark.turn);
    found.set(mark.turn, before === undefined ? said : `${before}, ${said}`);
  }
  return found;
}
