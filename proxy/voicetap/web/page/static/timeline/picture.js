/** What of a session is drawn, in the order in which it is drawn: spans in rows, marks, turns, waits. Pure. */

import { LANES } from "./lanes.js";
import { OBJECTIVE_MS } from "../words.js";

/**
 * @typedef {import("../types.js").Lane} Lane
 * @typedef {import("../types.js").Span} Span
 * @typedef {import("../types.js").Mark} Mark
 * @typedef {import("../types.js").Turn} Turn
 * @typedef {{span: Span, start: number, end: number|null, row: number}} Bar  `end` null: it goes on
 * @typedef {{mark: Mark, at: number}} Pin
 * @typedef {{turn: Turn, start: number, end: number|null}} Stretch
 * @typedef {{turn: number, from: number, to: number, ms: number, slow: boolean}} Wait
 *
 * @typedef {object} Picture
 * @property {Record<Lane, {bars: Bar[], rows: number}>} lanes
 * @property {Pin[]} pins
 * @property {Stretch[]} turns
 * @property {Wait[]} waits
 * @property {number} end the latest moment of all
 * @property {boolean} untimed there is something, and it has no times
 */

const MOST_ROWS = 3;

/**
 * @param {{spans: Map<number, Span>, marks: Map<number, Mark>, turns: Map<number, Turn>}} opened
 * @returns {Picture}
 */
export function picture({ spans, marks, turns }) {
  const lanes = /** @type {Picture["lanes"]} */ ({});
  let end = 0;
  for (const { lane } of LANES) lanes[lane] = { bars: [], rows: 1 };
  for (const span of spans.values()) {
    if (span.start_ms === null || !Object.hasOwn(lanes, span.lane)) continue;
    const end_ms = span.end_ms ?? (span.open === false ? span.start_ms : null);
    lanes[span.lane].bars.push({ span, start: span.start_ms, end: end_ms, row: 0 });
    end = Math.max(end, span.end_ms ?? span.start_ms, ...span.parts.map((part) => part.end_ms ?? 0));
  }
  for (const { lane } of LANES) inRows(lanes[lane]);
  const pins = [...marks.values()]
    .flatMap((mark) => (mark.at_ms === null ? [] : [{ mark, at: mark.at_ms }]))
    .sort((a, b) => a.at - b.at);
  end = Math.max(end, pins.at(-1)?.at ?? 0);
  const stretches = stretched(turns, lanes);
  end = Math.max(end, ...stretches.slice(-3).map((one) => one.end ?? 0));
  return { lanes, pins, turns: stretches, waits: waits(stretches, lanes), end, untimed: end === 0 && spans.size > 0 };
}

/** Bars that overlap in one lane stand below each other. @param {{bars: Bar[], rows: number}} lane */
function inRows(lane) {
  lane.bars.sort((a, b) => a.start - b.start);
  /** @type {number[]} */
  const free = [];
  for (const bar of lane.bars) {
    const found = free.findIndex((until) => until <= bar.start + 1);
    bar.row = found >= 0 ? found : Math.min(free.length, MOST_ROWS - 1);
    free[bar.row] = bar.end ?? Infinity;
  }
  lane.rows = Math.max(1, free.length);
}

/**
 * A turn reaches from its beginning, or what of it is drawn first, to its end.
 * @param {Map<number, Turn>} turns
 * @param {Picture["lanes"]} lanes
 * @returns {Stretch[]}
 */
function stretched(turns, lanes) {
  /** @type {Map<number, number>} */
  const first = new Map();
  for (const { lane } of LANES) {
    for (const { span, start } of lanes[lane].bars) {
      if (span.turn !== null) first.set(span.turn, Math.min(start, first.get(span.turn) ?? Infinity));
    }
  }
  return [...turns.values()]
    .flatMap((turn) => {
      const start = turn.began_ms ?? first.get(turn.turn);
      return start === undefined ? [] : [{ turn, start, end: turn.ended_ms }];
    })
    .sort((a, b) => a.start - b.start);
}

/**
 * What the user waited in each turn, up to the first thing that was heard of it.
 * @param {Stretch[]} turns
 * @param {Picture["lanes"]} lanes
 * @returns {Wait[]}
 */
function waits(turns, lanes) {
  /** @type {Map<number, number>} */
  const heard = new Map();
  for (const { span, start } of lanes.playback.bars) {
    if (span.turn !== null && !heard.has(span.turn)) heard.set(span.turn, start);
  }
  return turns.flatMap(({ turn }) => {
    const ms = turn.latency?.total_ms ?? null;
    const to = heard.get(turn.turn);
    if (ms === null || to === undefined) return [];
    return [{ turn: turn.turn, from: to - ms, to, ms, slow: ms > OBJECTIVE_MS }];
  });
}

/**
 * The bars, in a list sorted by start, of which some may reach into the window. Bars begun long before may go on into
 * it, so the search looks at each bar's own end only from where that can matter.
 * @param {Bar[]} bars
 * @param {number} end
 */
export function untilEnd(bars, end) {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {Bar} */ (bars[middle]).start > end) high = middle;
    else low = middle + 1;
  }
  return low;
}
