/** The chosen turn: what the user waited for, in words and as a bar, and what happened in it. Else what to choose. */

import { ofMark } from "./captions.js";
import { isRunning } from "./clock.js";
import { h, part, say } from "./dom.js";
import { ended } from "./ending.js";
import { clock, counted, seconds } from "./format.js";
import { notable } from "./notable.js";
import { story } from "./story.js";
import { latencyParts, OBJECTIVE_MS, openedBy, plain, turnKind, waited } from "./words.js";

/**
 * @typedef {import("./store.js").Opened} Opened
 * @typedef {import("./types.js").Turn} Turn
 */

const MOST_NOTABLE = 60;

export class TurnPanel {
  /**
   * @param {(ms: number) => void} goTo a moment
   * @param {(turn: number) => void} choose
   */
  constructor(goTo, choose) {
    this._root = part("turn", HTMLElement);
    this._shown = "";
    this._turn = -1;
    this._content = "";
    this._root.addEventListener("click", (event) => {
      const line = event.target instanceof Element ? event.target.closest("button") : null;
      if (line?.dataset.ms !== undefined) goTo(Number(line.dataset.ms));
      if (line?.dataset.turn !== undefined) choose(Number(line.dataset.turn));
    });
  }

  /**
   * @param {Opened} opened
   * @param {number|null} selected
   * @param {boolean} latest show that one if none is chosen
   */
  show(opened, selected, latest) {
    const state = `${opened.id} ${opened.version} ${selected} ${latest}`;
    if (state === this._shown) return;
    this._shown = state;
    const turn = opened.turns.get(selected ?? (latest ? Math.max(...opened.turns.keys()) : -1));
    const content = JSON.stringify(turn === undefined ? [opened.turns.size, opened.summary.state, opened.marks.size, notable(opened)] : [turn, selected, story(opened, turn.turn)]);
    if (this._content === content) return;
    this._content = content;
    const number = turn?.turn ?? -1;
    if (this._turn !== number) this._root.scrollTop = 0;
    this._turn = number;
    const focused = document.activeElement instanceof HTMLElement && this._root.contains(document.activeElement) ? document.activeElement.dataset.ms : undefined;
    this._root.replaceChildren(...(turn === undefined ? overview(opened) : this._parts(opened, turn, selected === null)));
    if (focused !== undefined) /** @type {HTMLElement|null} */ (this._root.querySelector(`button[data-ms="${CSS.escape(focused)}"]`))?.focus();
  }

  /**
   * @param {Opened} opened
   * @param {Turn} turn
   * @param {boolean} latest it is shown for being the latest
   */
  _parts(opened, turn, latest) {
    const kind = turnKind(turn.outcome);
    const head = h(
      "p",
      { class: "turn-head" },
      h("strong", {}, `Turn ${turn.turn}`),
      latest ? h("span", { class: "quiet" }, "the latest") : null,
      h("span", { class: "badge", "data-kind": kind }, turn.outcome === null ? "goes on" : plain(turn.outcome)),
      h("span", { class: "quiet" }, `opened ${clock(turn.began_ms, 1)}: ${openedBy(turn.opened_by)}`),
    );
    const lines = story(opened, turn.turn).map((line) =>
      h(
        "li",
        { "data-tone": line.tone, "data-lane": line.lane },
        line.at === null ? h("span", { class: "at" }, "–") : h("button", { type: "button", class: "at", "data-ms": line.at, title: "Show it in the timeline" }, clock(line.at, 2)),
        h("span", { class: "what" }, h("span", { class: "said" }, line.said), line.details.length > 0 ? h("span", { class: "detail" }, line.details.join(" · ")) : null, line.ids.length > 0 ? h("code", { class: "detail" }, line.ids.join(" ")) : null, line.text === null ? null : h("q", { dir: "auto" }, line.text)),
      ),
    );
    return [head, ...latency(turn), h("ol", { class: "story", "aria-label": `What happened in turn ${turn.turn}` }, ...lines)];
  }
}

/** Nobody has said anything: if that has a reason, it is among what was marked. @param {Opened} opened */
function withoutTurns(opened) {
  const marks = [...opened.marks.values()].slice(0, MOST_NOTABLE);
  const running = isRunning(opened.summary);
  const head = h("p", { class: "turn-head" }, h("strong", {}, running ? "No turn yet." : `No turn: ${ended(opened.summary)}.`));
  const lines = marks.map((mark) =>
    h("li", { "data-tone": mark.severity }, h("span", { class: "at" }, clock(mark.at_ms, 2)), h("span", { class: "what" }, ofMark(mark))),
  );
  return [head, h("ol", { class: "story", "aria-label": "What was marked" }, ...lines)];
}

/** What is worth a look. @param {Opened} opened */
function overview(opened) {
  const count = opened.turns.size;
  if (count === 0) return withoutTurns(opened);
  const found = notable(opened);
  const hint = h("p", { class: "quiet" }, "Click a turn in the timeline, or press ", h("kbd", {}, "["), " ", h("kbd", {}, "]"), ".");
  if (found.length === 0) return [h("p", { class: "turn-head" }, h("strong", {}, `Nothing stands out in ${counted(count, "turn")}.`)), hint];
  const lines = found.slice(0, MOST_NOTABLE).map(({ turn, reasons, bad }) =>
    h("li", { "data-tone": bad ? "bad" : "warning" }, h("button", { type: "button", class: "at", "data-turn": turn }, `turn ${turn}`), h("span", { class: "what" }, reasons.join(", "))),
  );
  const more = found.length - lines.length;
  return [
    h("p", { class: "turn-head" }, h("strong", {}, "Worth a look"), h("span", { class: "quiet" }, `${found.length} of ${counted(count, "turn")}`)),
    h("ol", { class: "story", "aria-label": "Turns worth a look" }, ...lines),
    more > 0 ? h("p", { class: "quiet" }, `and ${more} more: see all turns`) : hint,
  ];
}

/** @param {Turn} turn */
function latency(turn) {
  const sentence = waited(turn.latency);
  if (sentence === null || turn.latency === null) return [];
  const total = turn.latency.total_ms;
  const slow = total !== null && total > OBJECTIVE_MS;
  const words = h("p", { class: "waited", "data-slow": slow }, sentence);
  if (slow) words.append(` The objective is ${seconds(OBJECTIVE_MS)}.`);
  const parts = latencyParts(turn.latency);
  if (total === null || parts.length === 0) return [words];
  const bar = h("div", { class: "latency-bar", "aria-hidden": "true" });
  for (const { kind, ms } of parts) {
    const piece = h("span", { class: `latency-${kind}` });
    piece.style.flexGrow = String(ms);
    const label = h("b", {});
    say(label, seconds(ms));
    piece.append(label);
    bar.append(piece);
  }
  return [words, bar];
}
