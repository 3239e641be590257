/** All turns as a table: what the timeline shows, for those who read, or have it read. */

import { besideMark } from "./captions.js";
import { attribute, h, part, say } from "./dom.js";
import { clock, seconds } from "./format.js";
import { OBJECTIVE_MS, openedBy, plain, turnKind } from "./words.js";

/**
 * @typedef {import("./store.js").Opened} Opened
 * @typedef {import("./types.js").Turn} Turn
 */

const PAGE = 50;
const COLUMNS = ["Turn", "Began", "Opened by", "Waited", "Silence", "Model", "Tools", "Rest", "Outcome", "What was marked"];

export class TurnTable {
  /**
   * @param {(turn: number) => void} choose
   * @param {() => void} changed
   */
  constructor(choose, changed) {
    this._changed = changed;
    this._root = part("turns", HTMLElement);
    this._shown = "";
    this._of = "";
    /** The reader's choice; else it is where the selected turn is, or the latest. @type {number|null} */
    this._page = null;
    this._shownPage = 0;
    this._body = h("tbody", {});
    /** @type {Map<number, {says: string, node: HTMLElement}>} */
    this._rows = new Map();
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
    this._page = this._shownPage + by;
    this._changed();
  }

  /**
   * @param {Opened} opened
   * @param {number|null} selected
   */
  show(opened, selected) {
    if (this._root.hidden) return;
    const of = `${opened.id} ${selected}`;
    if (of !== this._of) this._page = null;
    this._of = of;
    const state = `${of} ${opened.version} ${this._page}`;
    if (state === this._shown) return;
    this._shown = state;
    const turns = [...opened.turns.values()].sort((a, b) => a.turn - b.turn);
    const pages = Math.max(1, Math.ceil(turns.length / PAGE));
    const at = turns.findIndex((turn) => turn.turn === selected);
    const page = Math.min(Math.max(this._page ?? (at >= 0 ? Math.floor(at / PAGE) : pages - 1), 0), pages - 1);
    this._shownPage = page;
    this._fill(opened.id, turns.slice(page * PAGE, (page + 1) * PAGE), marked(opened));
    for (const [turn, { node }] of this._rows) attribute(node, "aria-current", turn === selected ? "true" : null);
    this._pager.hidden = pages === 1;
    this._earlier.disabled = page === 0;
    this._later.disabled = page === pages - 1;
    say(this._where, `${page * PAGE + 1} to ${Math.min((page + 1) * PAGE, turns.length)} of ${turns.length}`);
  }

  /**
   * Makes anew only the rows that say something else: of a live call clicks and the focus would get lost otherwise.
   * @param {string} session
   * @param {Turn[]} turns
   * @param {Map<number, string>} marks
   */
  _fill(session, turns, marks) {
    const before = this._rows;
    this._rows = new Map();
    for (const turn of turns) {
      const said = marks.get(turn.turn) ?? "";
      const says = JSON.stringify([session, turn, said]);
      const known = before.get(turn.turn);
      this._rows.set(turn.turn, known?.says === says ? known : { says, node: row(turn, said) });
    }
    const stay = new Set([...this._rows.values()].map(({ node }) => node));
    for (const { node } of before.values()) if (!stay.has(node)) node.remove();
    let place = this._body.firstElementChild;
    for (const node of stay) {
      if (node === place) place = node.nextElementSibling;
      else this._body.insertBefore(node, place);
    }
  }
}

/**
 * @param {Turn} turn
 * @param {string} marks
 */
function row(turn, marks) {
  const { latency } = turn;
  const slow = (latency?.total_ms ?? 0) > OBJECTIVE_MS;
  const choose = h("button", { type: "button" }, String(turn.turn));
  return h(
    "tr",
    { "data-turn": turn.turn },
    h("th", { scope: "row" }, choose),
    h("td", {}, clock(turn.began_ms, 1)),
    h("td", {}, openedBy(turn.opened_by)),
    h("td", { "data-slow": slow }, seconds(latency?.total_ms), slow ? " slow" : ""),
    ...[latency?.vad_wait_ms, latency?.model_ms, latency?.tools_ms, latency?.rest_ms].map((ms) => h("td", {}, seconds(ms))),
    h("td", { "data-kind": turnKind(turn.outcome) }, turn.outcome === null ? "goes on" : plain(turn.outcome)),
    h("td", {}, marks),
  );
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
