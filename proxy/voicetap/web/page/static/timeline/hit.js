/** What of a timeline is at a point, and what comes next in time. Pure. */

import { bar as place, laneAt } from "./lanes.js";
import { untilEnd } from "./picture.js";
import { clusters } from "./pins.js";
import { toMs } from "./scale.js";

/**
 * @typedef {import("./picture.js").Picture} Picture
 * @typedef {import("./picture.js").Bar} Bar
 * @typedef {import("./picture.js").Pin} Pin
 * @typedef {{bar: Bar}|{pins: Pin[]}|{turn: import("./picture.js").Stretch}} Thing
 */

const SLACK = 4;
const GRASP = 10;

/**
 * @param {{picture: Picture, window: import("./scale.js").Window, width: number, layout: import("./lanes.js").Layout,
 *   until: number}} scene
 * @param {number} x
 * @param {number} y
 * @returns {Thing|null}
 */
export function thingAt({ picture, window, width, layout, until }, x, y) {
  const lane = laneAt(layout, y);
  if (lane === null || lane === "axis") return null;
  if (lane === "marks") {
    const near = clusters(picture, window, width).filter((group) => Math.abs(group.x - x) <= GRASP);
    const group = near.sort((a, b) => Math.abs(a.x - x) - Math.abs(b.x - x))[0];
    return group === undefined ? null : { pins: group.pins };
  }
  const ms = toMs(window, width, x);
  const slack = toMs(window, width, SLACK) - window.start;
  if (lane === "turns") {
    const turn = picture.turns.findLast(({ start, end }) => start - slack <= ms && ms <= (end ?? until) + slack);
    return turn === undefined ? null : { turn };
  }
  const { bars, rows } = picture.lanes[lane];
  for (let i = untilEnd(bars, ms + slack) - 1; i >= 0; i -= 1) {
    const bar = /** @type {Bar} */ (bars[i]);
    if (reach(bar, until) < ms - slack) continue;
    const { y: top, h } = place(layout.lanes[lane], layout.caption, bar.row, rows);
    if (rows === 1 || (y >= top - 1 && y <= top + h + 1)) return { bar };
  }
  return null;
}

/**
 * Where a bar ends, its parts included.
 * @param {Bar} bar
 * @param {number} until
 */
export function reach(bar, until) {
  const ends = bar.span.parts.map((part) => part.end_ms ?? until);
  return Math.max(bar.end ?? Math.max(until, bar.start), ...ends);
}

/** The turn that something belongs to. @param {Thing} thing @returns {number|null} */
export function turnOf(thing) {
  if ("bar" in thing) return thing.bar.span.turn;
  if ("turn" in thing) return thing.turn.turn.turn;
  return thing.pins.find((pin) => pin.mark.turn !== null)?.mark.turn ?? null;
}

/** The moment at which something began. @param {Thing} thing */
export function momentOf(thing) {
  if ("bar" in thing) return thing.bar.start;
  if ("turn" in thing) return thing.turn.start;
  return thing.pins[0]?.at ?? 0;
}
