/** What a bar, a mark or a turn of the timeline is, in lines of words. Pure. */

import { besideMark, details, goesOn, ids, ofMark, outcome, parts, textOf, what } from "../captions.js";
import { clock, counted, seconds } from "../format.js";
import { capital, openedBy, plain, waited } from "../words.js";

/** @typedef {{title: string, lines: string[], tone: "bad"|"warning"|"info"|"plain"}} Said */

const MOST_PINS = 6;
/** Of a text in a tooltip; the turn's panel has all of it. */
const LONGEST = 160;

/**
 * @param {import("./hit.js").Thing} thing
 * @param {number} until
 * @returns {Said}
 */
export function said(thing, until) {
  if ("bar" in thing) return saidOfBar(thing.bar.span, until);
  if ("turn" in thing) return saidOfTurn(thing.turn.turn);
  const [first] = thing.pins;
  if (thing.pins.length === 1 && first !== undefined) return saidOfMark(first.mark);
  const tone = thing.pins.some((pin) => pin.mark.severity === "bad") ? "bad" : "warning";
  const lines = thing.pins.slice(0, MOST_PINS).map(({ mark }) => `${clock(mark.at_ms, 2)}  ${besideMark(mark)}`);
  if (thing.pins.length > MOST_PINS) lines.push(`and ${thing.pins.length - MOST_PINS} more: zoom in`);
  return { title: counted(thing.pins.length, "mark"), lines, tone };
}

/**
 * @param {import("../types.js").Span} span
 * @param {number} until
 * @returns {Said}
 */
function saidOfBar(span, until) {
  const start = span.start_ms ?? 0;
  const length = seconds((span.end_ms ?? until) - start);
  const lines = [`${clock(start, 2)}, ${goesOn(span) ? `goes on for ${length} so far` : length}`];
  if (outcome(span)) lines.push(capital(outcome(span)));
  lines.push(...parts(span, until));
  const more = details(span.detail);
  if (more.length > 0) lines.push(more.join(" · "));
  const text = textOf(span.detail);
  if (text !== null) lines.push(`“${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}”`);
  lines.push(last(span.turn, span.detail));
  return { title: what(span), lines: lines.filter(Boolean), tone: "plain" };
}

/** @param {import("../types.js").Mark} mark @returns {Said} */
function saidOfMark(mark) {
  const lines = [clock(mark.at_ms, 2), details(mark.detail).join(" · "), textOf(mark.detail) ?? "", last(mark.turn, mark.detail)];
  return { title: ofMark(mark), lines: lines.filter(Boolean), tone: mark.severity };
}

/**
 * @param {number|null} turn
 * @param {import("../types.js").Detail} detail
 */
const last = (turn, detail) => [turn === null ? "" : `Turn ${turn}`, ...ids(detail)].filter(Boolean).join(" · ");

/** @param {import("../types.js").Turn} turn @returns {Said} */
function saidOfTurn(turn) {
  const lines = [`Opened: ${openedBy(turn.opened_by)}`, capital(turn.outcome === null ? "goes on" : plain(turn.outcome))];
  const sentence = waited(turn.latency);
  if (sentence !== null) lines.push(sentence);
  return { title: `Turn ${turn.turn}`, lines, tone: "plain" };
}

