/** The turns of a session that are worth a look, and why. Pure. */

import { besideMark, outcome, what } from "./captions.js";
import { seconds } from "./format.js";
import { OBJECTIVE_MS, outcomeKind, plain } from "./words.js";

/**
 * @typedef {{turn: number, ms: number|null, reasons: string[], bad: boolean}} Notable
 * @typedef {import("./types.js").Span} Span
 * @typedef {import("./types.js").Mark} Mark
 * @typedef {import("./types.js").Turn} Turn
 */

/**
 * @param {{spans: Map<number, Span>, marks: Map<number, Mark>, turns: Map<number, Turn>}} opened
 * @returns {Notable[]} in the order of turns
 */
export function notable({ spans, marks, turns }) {
  /** @type {Map<number, Notable>} */
  const found = new Map();
  const note = (/** @type {number|null} */ turn, /** @type {string} */ reason, /** @type {boolean} */ bad) => {
    const of = turn === null ? undefined : turns.get(turn);
    if (of === undefined) return;
    const one = found.get(of.turn) ?? { turn: of.turn, ms: of.began_ms, reasons: [], bad: false };
    if (!one.reasons.includes(reason)) one.reasons.push(reason);
    one.bad ||= bad;
    found.set(of.turn, one);
  };
  for (const turn of turns.values()) {
    const total = turn.latency?.total_ms ?? 0;
    if (total > OBJECTIVE_MS) note(turn.turn, `waited ${seconds(total)}`, true);
    if (turn.outcome === "no_response") note(turn.turn, plain(turn.outcome), true);
  }
  for (const span of spans.values()) {
    if (outcomeKind(span.outcome) !== "bad" && span.outcome !== "incomplete") continue;
    note(span.turn, `${span.lane === "tool" ? what(span) : span.lane} ${outcome(span)}`, true);
  }
  for (const mark of marks.values()) {
    if (mark.severity !== "info") note(mark.turn, besideMark(mark), mark.severity === "bad");
  }
  return [...found.values()].sort((a, b) => a.turn - b.turn);
}
