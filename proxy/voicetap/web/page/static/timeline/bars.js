/** Draws one bar of a lane: what it is made of, how it ended, what it says. */

import { toX } from "./scale.js";
import { stepId } from "./steps.js";
import { measured } from "./measure.js";
import { inBar } from "../captions.js";
import { outcomeKind } from "../words.js";

/**
 * @typedef {import("./draw.js").Scene} Scene
 * @typedef {import("./picture.js").Bar} Bar
 * @typedef {import("./lanes.js").Band} Band
 */

const RADIUS = 4;
const THINNEST = 2;
const LEAST_TEXT = 26;
/** Up to this width a bar is no more than a line: an hour has thousands of them. */
const SLIVER = 5;

/**
 * @param {Scene} scene
 * @param {Bar} bar
 * @param {Band} at
 */
export function drawBar(scene, bar, at) {
  const { context, window, width } = scene;
  const left = toX(window, width, bar.start);
  const right = Math.max(toX(window, width, bar.end ?? Math.max(scene.until, bar.start)), left + THINNEST);
  const { span } = bar;
  const reach = span.parts.reduce((most, part) => Math.max(most, toX(window, width, part.end_ms ?? scene.until)), right);
  if (reach < -2 || left > width + 2) return;
  const look = looks(scene, span);
  if (reach - left < SLIVER && scene.focused === null) {
    context.fillStyle = look.edge ?? look.fill;
    context.fillRect(left, at.y, right - left, at.h);
    return;
  }
  body(context, left, right, at, bar.end === null && scene.running);
  context.fillStyle = look.fill;
  context.fill();
  for (const part of span.parts) drawPart(scene, bar, part, at);
  if (look.edge !== null) {
    body(context, left + 0.5, right - 0.5, { y: at.y + 0.5, h: at.h - 1 }, bar.end === null && scene.running);
    context.strokeStyle = look.edge;
    context.lineWidth = 1;
    context.stroke();
  }
  if (scene.focused === stepId("span", span.id)) ring(scene, left, reach, at);
  const first = span.parts.find((part) => part.kind === "wait");
  const from = first === undefined ? left : Math.min(right, toX(window, width, first.end_ms ?? scene.until));
  const ground = span.parts.some((part) => part.kind === "underrun") ? look.fill : undefined;
  text(scene, look.label, Math.max(from, 0) + 6, Math.min(right, width) - 5, at, look.ink, ground);
}

/**
 * @param {Scene} scene
 * @param {import("../types.js").Span} span
 * @returns {{fill: string, edge: string|null, ink: string, label: string}}
 */
function looks({ palette }, span) {
  const failed = outcomeKind(span.outcome) === "bad";
  const label = inBar(span);
  if (failed) return { fill: palette["bad-soft"], edge: palette.bad, ink: palette.text, label };
  if (span.lane === "user") return { fill: palette.user, edge: null, ink: palette["on-solid"], label };
  if (span.lane === "playback") return { fill: palette.agent, edge: null, ink: palette["on-solid"], label };
  if (span.lane === "tool") return { fill: palette.tool, edge: null, ink: palette["on-solid"], label };
  if (span.lane === "transcription") {
    return { fill: palette["user-soft"], edge: palette.user, ink: palette.text, label };
  }
  return { fill: palette["agent-soft"], edge: palette.agent, ink: palette.text, label };
}

/**
 * @param {Scene} scene
 * @param {Bar} bar
 * @param {import("../types.js").Part} part
 * @param {Band} at
 */
function drawPart({ context, window, width, palette, hatches, until }, { span }, part, at) {
  const left = toX(window, width, part.start_ms);
  const right = Math.max(toX(window, width, part.end_ms ?? until), left + 1);
  if (right < 0 || left > width) return;
  const colour = part.kind === "underrun" ? palette["warn-mark"] : span.lane === "user" ? palette.user : palette.agent;
  if (right - left < THINNEST) {
    // Far away a pattern is nothing, but stretches without audio still add up to something.
    if (part.kind === "underrun") {
      context.fillStyle = colour;
      context.fillRect(left, at.y, right - left, at.h);
    }
    return;
  }
  context.fillStyle = hatches.fill(context, part.kind, colour);
  context.fillRect(left, at.y, right - left, at.h);
  if (part.kind === "unheard" || part.kind === "silence") {
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.strokeRect(left + 0.5, at.y + 0.5, Math.max(right - left - 1, 0.5), at.h - 1);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} left
 * @param {number} right
 * @param {Band} at
 * @param {boolean} open it goes on
 */
function body(context, left, right, at, open) {
  const radius = Math.min(RADIUS, (right - left) / 2);
  context.beginPath();
  context.roundRect(left, at.y, right - left, at.h, open ? [radius, 0, 0, radius] : radius);
}

/**
 * @param {Scene} scene
 * @param {number} left
 * @param {number} right
 * @param {Band} at
 */
function ring({ context, palette }, left, right, at) {
  context.strokeStyle = palette.text;
  context.lineWidth = 2;
  context.beginPath();
  context.roundRect(left - 2, at.y - 2, right - left + 4, at.h + 4, RADIUS + 2);
  context.stroke();
}

/**
 * As much of a text as there is room for; nothing where there is hardly any.
 * @param {Scene} scene
 * @param {string} words
 * @param {number} from
 * @param {number} to
 * @param {Band} at
 * @param {string} ink
 * @param {string} [ground] drawn behind it, over a pattern
 */
function text({ context }, words, from, to, at, ink, ground) {
  const room = to - from;
  if (room < LEAST_TEXT || at.h < 11 || words === "") return;
  const size = measured(context, words);
  let said = words;
  if (size > room) {
    if (/^\d/.test(words)) return; // half a figure is a wrong one
    const letters = Math.floor((room / size) * words.length) - 1;
    if (letters < 6) return;
    said = `${words.slice(0, letters)}…`;
  }
  if (ground !== undefined) {
    context.fillStyle = ground;
    context.fillRect(from - 2, at.y + 2, Math.min(size, room) + 4, at.h - 4);
  }
  context.fillStyle = ink;
  context.fillText(said, from, at.y + at.h / 2 + 0.5);
}
