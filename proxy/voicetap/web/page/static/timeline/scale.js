/** The visible window of a timeline: which milliseconds are where, and how zoom and pan move it. Pure. */

/**
 * @typedef {{start: number, end: number}} Window  milliseconds
 * @typedef {{ms: number, label: string}} Tick
 */

import { clock } from "../format.js";

export const NARROWEST = 200;
/** Share of the window that stays empty right of "now" while following. */
export const AHEAD = 0.14;

const STEPS = [
  50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
  3_600_000, 7_200_000,
];
const FEWEST_PIXELS = 76;

/** @param {Window} window */
export const span = (window) => window.end - window.start;

/**
 * @param {Window} window
 * @param {number} width pixels
 * @param {number} ms
 */
export const toX = (window, width, ms) => ((ms - window.start) / span(window)) * width;

/**
 * @param {Window} window
 * @param {number} width pixels
 * @param {number} x
 */
export const toMs = (window, width, x) => window.start + (x / width) * span(window);

/**
 * The same window moved and narrowed so that it lies within what there is.
 * @param {Window} window
 * @param {Window} extent
 * @returns {Window}
 */
export function within(window, extent) {
  const whole = Math.max(span(extent), NARROWEST);
  const length = Math.min(Math.max(span(window), NARROWEST), whole);
  const centre = (window.start + window.end) / 2;
  const wanted = span(window) === length ? window.start : centre - length / 2;
  const start = Math.min(Math.max(wanted, extent.start), extent.start + whole - length);
  return { start, end: start + length };
}

/**
 * @param {Window} window
 * @param {number} factor below 1: closer
 * @param {number} at the moment that stays where it is
 * @param {Window} extent
 */
export function zoomed(window, factor, at, extent) {
  const whole = Math.max(span(extent), NARROWEST);
  const length = Math.min(Math.max(span(window) * factor, NARROWEST), whole);
  const start = at - ((at - window.start) / span(window)) * length;
  return within({ start, end: start + length }, extent);
}

/**
 * @param {Window} window
 * @param {number} byMs
 * @param {Window} extent
 */
export const panned = (window, byMs, extent) =>
  within({ start: window.start + byMs, end: window.end + byMs }, extent);

/**
 * The window of the same length that has "now" near its right edge.
 * @param {Window} window
 * @param {number} now
 */
export function following(window, now) {
  const end = Math.max(now + span(window) * AHEAD, span(window));
  return { start: end - span(window), end };
}

/**
 * The window moved no further than it takes to show a stretch, or its beginning where it does not fit.
 * @param {Window} window
 * @param {Window} stretch
 * @param {Window} extent
 */
export function revealing(window, stretch, extent) {
  const margin = span(window) * 0.06;
  const inside = stretch.start >= window.start + margin && stretch.end <= window.end - margin;
  if (inside) return window;
  const length = span(window);
  const fits = span(stretch) <= length - 2 * margin;
  const start = fits ? (stretch.start + stretch.end) / 2 - length / 2 : stretch.start - margin;
  return within({ start, end: start + length }, extent);
}

/**
 * Round moments for the axis, as many as are read easily at this width.
 * @param {Window} window
 * @param {number} width pixels
 * @returns {Tick[]}
 */
export function ticks(window, width) {
  const least = (span(window) * FEWEST_PIXELS) / Math.max(width, 1);
  const step = STEPS.find((candidate) => candidate >= least) ?? Math.ceil(least / 3_600_000) * 3_600_000;
  const decimals = step >= 1_000 ? 0 : step >= 100 ? 1 : 2;
  const list = [];
  const first = Math.max(0, Math.ceil(window.start / step) * step);
  // Counted: a recording can have moments so late that one step on is the same number.
  for (let i = 0; i <= span(window) / step; i += 1) {
    const ms = first + i * step;
    if (ms > window.end) break;
    list.push({ ms, label: clock(ms, decimals) });
  }
  return list;
}
