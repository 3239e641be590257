/** Draws the visible window of a session on a canvas: lanes with bars, turns, waits, what cuts across lanes, now. */

import { bar as place, LANES } from "./lanes.js";
import { drawBar } from "./bars.js";
import { drawCuts, drawPins } from "./pins.js";
import { measured } from "./measure.js";
import { untilEnd } from "./picture.js";
import { ticks, toX } from "./scale.js";
import { seconds } from "../format.js";
import { turnKind } from "../words.js";

/** Left and right of now, for its sign. */
const NOW_ROOM = 20;

export const FONT = '11px ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';

/**
 * @typedef {import("./scale.js").Window} Window
 * @typedef {import("./picture.js").Picture} Picture
 *
 * @typedef {object} Scene all that a frame depends on
 * @property {CanvasRenderingContext2D} context
 * @property {Window} window
 * @property {number} width
 * @property {import("./lanes.js").Layout} layout
 * @property {import("../theme.js").Palette} palette
 * @property {import("./hatch.js").Hatches} hatches
 * @property {Picture} picture
 * @property {number} until where what goes on ends: now, or the end of the session
 * @property {boolean} running
 * @property {number|null} turn selected
 * @property {number|null} cursor of the event log
 * @property {string|null} focused id of the span or mark that the keyboard is on
 */

/** @param {Scene} scene */
export function draw(scene) {
  const { context, width, layout, palette } = scene;
  context.clearRect(0, 0, width, layout.height);
  context.font = FONT;
  context.textBaseline = "middle";
  ground(scene);
  turns(scene);
  for (const { lane } of LANES) {
    const { bars, rows } = scene.picture.lanes[lane];
    const end = untilEnd(bars, scene.window.end);
    for (let i = 0; i < end; i += 1) {
      const bar = /** @type {import("./picture.js").Bar} */ (bars[i]);
      drawBar(scene, bar, place(layout.lanes[lane], layout.caption, bar.row, rows));
    }
  }
  waits(scene);
  drawCuts(scene);
  drawPins(scene);
  upright(scene, scene.cursor, palette.text, [2, 3]);
  if (scene.running) now(scene);
}

/** @param {Scene} scene */
function ground({ context, window, width, layout, palette, running, until }) {
  const now = running ? toX(window, width, until) : null;
  context.fillStyle = palette.muted;
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.beginPath();
  for (const { ms, label } of ticks(window, width)) {
    const x = Math.round(toX(window, width, ms)) + 0.5;
    context.moveTo(x, layout.axis.h - 4);
    context.lineTo(x, layout.height);
    const beside = x + 4;
    const under = now !== null && beside > now - NOW_ROOM - 26 && beside < now + NOW_ROOM;
    if (beside + measured(context, label) < width && !under) context.fillText(label, beside, layout.axis.h / 2 + 1);
  }
  for (const y of [layout.turns.y, ...LANES.map(({ lane }) => layout.lanes[lane].y), layout.marks.y]) {
    context.moveTo(0, y + 0.5);
    context.lineTo(width, y + 0.5);
  }
  context.stroke();
}

/** Turns as brackets under the axis, the selected one through all lanes. @param {Scene} scene */
function turns(scene) {
  const { context, window, width, layout, palette, picture } = scene;
  const { y, h } = layout.turns;
  let free = -Infinity;
  for (const [i, { turn, start, end }] of picture.turns.entries()) {
    const stop = end ?? picture.turns[i + 1]?.start ?? scene.until;
    const left = toX(window, width, start);
    const right = Math.max(toX(window, width, stop), left + 2);
    if (right < 0 || left > width) continue;
    const chosen = turn.turn === scene.turn;
    const kind = turnKind(turn.outcome);
    if (chosen) {
      context.fillStyle = palette.selected;
      context.fillRect(left, y, right - left, layout.height - y);
    }
    context.fillStyle = chosen ? palette.accent : kind === "bad" ? palette.bad : kind === "cut" ? palette["warn-mark"] : palette["line-strong"];
    context.fillRect(left + 0.5, y + h - 3, Math.max(right - left - 1.5, 1), chosen ? 3 : 2);
    const label = String(turn.turn);
    const at = Math.max(left, 0) + 3;
    const size = measured(context, label);
    if (at > free && at + size < Math.max(right, left + 16) + 2) {
      context.fillStyle = chosen ? palette.accent : palette.muted;
      context.fillText(label, at, y + h / 2 - 2);
      free = at + size + 4;
    }
  }
}

/** The time that the user waited, as a dimension line in the lane of what was waited for. @param {Scene} scene */
function waits({ context, window, width, layout, palette, picture }) {
  const band = layout.lanes.playback;
  const y = Math.round(band.y + layout.caption + (band.h - layout.caption) / 2) + 0.5;
  for (const wait of picture.waits) {
    const from = toX(window, width, wait.from);
    const to = toX(window, width, wait.to);
    if (to < 0 || from > width || to - from < 7) continue;
    const label = seconds(wait.ms);
    const size = measured(context, label);
    const middle = (from + to) / 2;
    const room = to - from > size + 22;
    context.beginPath();
    context.moveTo(from + 0.5, y - 5);
    context.lineTo(from + 0.5, y + 5);
    context.moveTo(to - 1, y - 5);
    context.lineTo(to - 1, y + 5);
    context.moveTo(from, y);
    context.lineTo(to, y);
    // It may cross what the answer before would have been.
    context.strokeStyle = context.fillStyle = palette.surface;
    context.lineWidth = 5;
    context.stroke();
    context.strokeStyle = wait.slow ? palette.bad : palette.muted;
    context.lineWidth = wait.slow ? 1.5 : 1;
    context.stroke();
    if (!room) continue;
    context.fillRect(middle - size / 2 - 4, y - 7, size + 8, 14);
    context.fillStyle = wait.slow ? palette.bad : palette.muted;
    context.fillText(label, middle - size / 2, y + 0.5);
  }
}

/** @param {Scene} scene */
function now(scene) {
  upright(scene, scene.until, scene.palette.accent, []);
  const { context, window, width, layout, palette } = scene;
  const x = toX(window, width, scene.until);
  if (x < -30 || x > width + 30) return;
  const size = measured(context, "now");
  context.fillStyle = palette.accent;
  context.beginPath();
  context.roundRect(x - size / 2 - 5, 3, size + 10, layout.axis.h - 6, 4);
  context.fill();
  context.fillStyle = palette["on-solid"];
  context.fillText("now", x - size / 2, layout.axis.h / 2 + 0.5);
}

/**
 * @param {Scene} scene
 * @param {number|null} ms
 * @param {string} colour
 * @param {number[]} dash
 */
function upright({ context, window, width, layout }, ms, colour, dash) {
  if (ms === null) return;
  const x = Math.round(toX(window, width, ms)) + 0.5;
  if (x < -1 || x > width + 1) return;
  context.save();
  context.strokeStyle = colour;
  context.setLineDash(dash);
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, layout.axis.h - 2);
  context.lineTo(x, layout.height);
  context.stroke();
  context.restore();
}
