/** The whole session in a strip: who spoke when, where it went wrong, and what part of it the timeline shows. */

import { toX, within } from "./scale.js";

/**
 * @typedef {import("./scale.js").Window} Window
 * @typedef {import("./picture.js").Picture} Picture
 */

export const HEIGHT = 30;
const HANDLE = 7;
const NARROWEST = 6;
const BAR = 7;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} width
 * @param {Picture} picture
 * @param {Window} extent
 * @param {Window} window
 * @param {import("../theme.js").Palette} palette
 * @param {number} until where what goes on ends
 */
export function drawMinimap(context, width, picture, extent, window, palette, until) {
  const x = (/** @type {number} */ ms) => toX(extent, width, ms);
  context.clearRect(0, 0, width, HEIGHT);
  const strip = (/** @type {"user"|"playback"} */ lane, /** @type {string} */ colour, /** @type {number} */ y) => {
    context.fillStyle = colour;
    for (const bar of picture.lanes[lane].bars) {
      const left = x(bar.start);
      context.fillRect(left, y, Math.max(x(bar.end ?? until) - left, 1), BAR);
    }
  };
  strip("user", palette.user, 5);
  strip("playback", palette.agent, 14);
  for (const { mark, at } of picture.pins) {
    if (mark.severity === "info") continue;
    context.fillStyle = mark.severity === "bad" ? palette.bad : palette["warn-mark"];
    context.fillRect(x(at) - 1, HEIGHT - 7, 2, 6);
  }
  const { left, right } = box(width, extent, window);
  context.save();
  context.globalAlpha = 0.62;
  context.fillStyle = palette.bg;
  context.fillRect(0, 0, left, HEIGHT);
  context.fillRect(right, 0, width - right, HEIGHT);
  context.restore();
  context.strokeStyle = palette.accent;
  context.lineWidth = 1.5;
  context.beginPath();
  context.roundRect(left + 0.75, 0.75, Math.max(right - left - 1.5, 1), HEIGHT - 1.5, 5);
  context.stroke();
}

/**
 * The window's place in the strip, never too narrow to be taken hold of.
 * @param {number} width
 * @param {Window} extent
 * @param {Window} window
 */
function box(width, extent, window) {
  const left = Math.max(0, toX(extent, width, window.start));
  const right = Math.min(width, Math.max(toX(extent, width, window.end), left + NARROWEST));
  return { left: Math.min(left, right - NARROWEST), right };
}

/**
 * What a drag in the strip does: an edge moves, the window moves, or it goes where the pointer is. Pure.
 * @param {number} from x at which it began
 * @param {number} to x where it is
 * @param {number} width
 * @param {Window} extent
 * @param {Window} window as it was when it began
 * @returns {Window}
 */
export function dragged(from, to, width, extent, window) {
  const { left, right } = box(width, extent, window);
  const by = ((to - from) / width) * (extent.end - extent.start);
  const wide = right - left > 3 * HANDLE;
  if (wide && Math.abs(from - left) <= HANDLE) {
    return within({ start: Math.min(window.start + by, window.end), end: window.end }, extent);
  }
  if (wide && Math.abs(from - right) <= HANDLE) {
    return within({ start: window.start, end: Math.max(window.end + by, window.start) }, extent);
  }
  if (from >= left && from <= right) return within({ start: window.start + by, end: window.end + by }, extent);
  const at = extent.start + (to / width) * (extent.end - extent.start);
  const half = (window.end - window.start) / 2;
  return within({ start: at - half, end: at + half }, extent);
}

/**
 * @param {HTMLCanvasElement} strip
 * @param {{extent: () => Window, window: () => Window, show: (window: Window) => void}} view
 */
export function dragMinimap(strip, view) {
  /** @type {{x: number, window: Window, extent: Window}|null} */
  let from = null;
  const at = (/** @type {PointerEvent} */ event) => event.clientX - strip.getBoundingClientRect().left;
  const move = (/** @type {PointerEvent} */ event) => {
    if (from !== null) view.show(dragged(from.x, at(event), strip.clientWidth, from.extent, from.window));
  };
  strip.addEventListener("pointerdown", (event) => {
    from = { x: at(event), window: view.window(), extent: view.extent() };
    strip.setPointerCapture(event.pointerId);
    move(event);
  });
  strip.addEventListener("pointermove", move);
  for (const over of ["pointerup", "pointercancel"]) strip.addEventListener(over, () => (from = null));
}
