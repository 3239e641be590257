/** What happened in a turn, in the order of time, in sentences. Pure. */

import { details, goesOn, ids, lengthOf, ofMark, outcome, parts, textOf, what } from "./captions.js";
import { seconds } from "./format.js";
import { outcomeKind } from "./words.js";

/**
 * @typedef {import("./types.js").Span} Span
 * @typedef {import("./types.js").Mark} Mark
 *
 * @typedef {object} Line
 * @property {number|null} at
 * @property {string} said
 * @property {string[]} details
 * @property {string[]} ids
 * @property {string|null} text where content is on
 * @property {"bad"|"warning"|"info"|"plain"} tone
 * @property {string} lane
 */

/**
 * @param {{spans: Map<number, Span>, marks: Map<number, Mark>}} opened
 * @param {number} turn
 * @returns {Line[]}
 */
export function story({ spans, marks }, turn) {
  const lines = [
    ...[...spans.values()].filter((span) => span.turn === turn).map(lineOfSpan),
    ...[...marks.values()].filter((mark) => mark.turn === turn).map(lineOfMark),
  ];
  return lines.sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
}

/** @param {Span} span @returns {Line} */
function lineOfSpan(span) {
  const length = lengthOf(span);
  const took = goesOn(span) ? "goes on" : length === null || length === 0 ? "" : seconds(length);
  const kind = outcomeKind(span.outcome);
  return {
    at: span.start_ms,
    said: [what(span), took, outcome(span)].filter(Boolean).join(", "),
    details: [...(goesOn(span) ? [] : parts(span, span.end_ms ?? 0)), ...details(span.detail)],
    ids: ids(span.detail),
    text: textOf(span.detail),
    tone: kind === "bad" ? "bad" : kind === "cut" ? "warning" : "plain",
    lane: span.lane,
  };
}

/** @param {Mark} mark @returns {Line} */
function lineOfMark(mark) {
  return {
    at: mark.at_ms,
    said: ofMark(mark),
    details: details(mark.detail),
    ids: ids(mark.detail),
    text: textOf(mark.detail),
    tone: mark.kind === "interruption" && mark.severity === "info" ? "warning" : mark.severity,
    lane: "mark",
  };
}
