/** Draws marks: a sign for each, together where they are close, and lines through the lanes where something was cut. */

import { besideMark } from "../captions.js";
import { lowerBound } from "../eventlog.js";
import { measured } from "./measure.js";
import { toX } from "./scale.js";
import { stepId } from "./steps.js";

/**
 * @typedef {import("./draw.js").Scene} Scene
 * @typedef {import("./picture.js").Pin} Pin
 * @typedef {{x: number, pins: Pin[]}} Cluster
 */

const APART = 17;
const RADIUS = 7.5;
const CUTS = new Set(["interruption", "truncation"]);
const RANK = { info: 0, warning: 1, bad: 2 };

/** Pins close to each other stand for one sign. Pure.
 * @param {Scene["picture"]} picture
 * @param {Scene["window"]} window
 * @param {number} width
 * @returns {Cluster[]}
 */
export function clusters(picture, window, width) {
  /** @type {Cluster[]} */
  const found = [];
  const margin = ((window.end - window.start) / Math.max(width, 1)) * RADIUS;
  const first = lowerBound(picture.pins, (pin) => pin.at >= window.start - margin);
  for (let i = first; i < picture.pins.length; i += 1) {
    const pin = /** @type {Pin} */ (picture.pins[i]);
    if (pin.at > window.end + margin) break;
    const x = toX(window, width, pin.at);
    const last = found.at(-1);
    if (last !== undefined && x - last.x < APART) last.pins.push(pin);
    else found.push({ x, pins: [pin] });
  }
  return found;
}

/** The one that matters most. @param {Pin[]} pins */
export const worst = (pins) =>
  pins.reduce((most, pin) => (RANK[pin.mark.severity] > RANK[most.mark.severity] ? pin : most));

/** Interruptions and truncations go through the lanes from the one who spoke to what was cut. @param {Scene} scene */
export function drawCuts({ context, window, width, layout, palette, picture }) {
  const first = lowerBound(picture.pins, (pin) => pin.at >= window.start);
  const top = layout.lanes.user.y + 1;
  context.save();
  for (let i = first; i < picture.pins.length; i += 1) {
    const { mark, at } = /** @type {Pin} */ (picture.pins[i]);
    if (at > window.end) break;
    if (!CUTS.has(mark.kind)) continue;
    const x = Math.round(toX(window, width, at)) + 0.5;
    context.strokeStyle = mark.severity === "bad" ? palette.bad : palette["warn-mark"];
    context.lineWidth = 1.5;
    context.setLineDash(mark.kind === "truncation" ? [4, 3] : []);
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, layout.marks.y + 4);
    context.stroke();
  }
  context.restore();
}

/** @param {Scene} scene */
export function drawPins(scene) {
  const { context, width, layout, palette } = scene;
  const y = layout.marks.y + layout.caption + (layout.marks.h - layout.caption) / 2;
  const groups = clusters(scene.picture, scene.window, width);
  for (const [i, group] of groups.entries()) {
    const pin = worst(group.pins);
    const { mark } = pin;
    const severity = mark.severity === "info" && CUTS.has(mark.kind) ? "warning" : mark.severity;
    const colour = { bad: palette.bad, warning: palette["warn-mark"], info: palette.muted }[severity];
    context.beginPath();
    context.arc(group.x, y, RADIUS, 0, 7);
    context.fillStyle = palette.surface;
    context.fill();
    context.fillStyle = severity === "info" ? palette.surface : colour;
    context.fill();
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.stroke();
    const ink = severity === "info" ? palette.muted : palette["on-solid"];
    const oneCut = group.pins.length <= 2 && group.pins.every((one) => CUTS.has(one.mark.kind) && one.mark.turn === mark.turn);
    if (group.pins.length > 1 && !oneCut) centred(context, String(Math.min(group.pins.length, 99)), group.x, y, ink);
    else sign(context, mark.kind, group.x, y, ink);
    if (group.pins.some((one) => stepId("mark", one.mark.id) === scene.focused)) {
      context.strokeStyle = palette.text;
      context.beginPath();
      context.arc(group.x, y, RADIUS + 3, 0, 7);
      context.stroke();
    }
    const free = (groups[i + 1]?.x ?? width + 40) - group.x - 2 * RADIUS - 8;
    const words = group.pins.length === 1 || oneCut ? group.pins.map((one) => besideMark(one.mark)).join(", ") : "";
    if (words === "" || measured(context, words) > free) continue;
    context.fillStyle = severity === "info" ? palette.muted : palette.text;
    context.fillText(words, group.x + RADIUS + 5, y + 0.5);
  }
}

/** @type {Map<string, string>} */
const LETTERS = new Map(Object.entries({ error: "✕", start_failed: "✕", unknown: "?", surprise: "?", malformed: "!", gap: "∅" }));

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} kind
 * @param {number} x
 * @param {number} y
 * @param {string} ink
 */
function sign(context, kind, x, y, ink) {
  context.strokeStyle = context.fillStyle = ink;
  context.lineWidth = 1.6;
  context.beginPath();
  if (kind === "interruption") {
    context.moveTo(x - 2, y - 3.5);
    context.lineTo(x - 2, y + 3.5);
    context.moveTo(x + 2, y - 3.5);
    context.lineTo(x + 2, y + 3.5);
  } else if (kind === "truncation") {
    context.moveTo(x - 4, y);
    context.lineTo(x, y);
    context.moveTo(x + 0.5, y - 3.5);
    context.lineTo(x + 0.5, y + 3.5);
  } else if (kind === "dead_air" || kind === "silent") {
    for (const dx of [-3, 0, 3]) context.rect(x + dx - 0.7, y - 0.7, 1.4, 1.4);
  } else if (kind === "overlap") {
    context.arc(x - 1.5, y, 2.5, 0, 7);
    context.moveTo(x + 4, y);
    context.arc(x + 1.5, y, 2.5, 0, 7);
  } else {
    centred(context, LETTERS.get(kind) ?? "•", x, y, ink);
    return;
  }
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {string} ink
 */
function centred(context, text, x, y, ink) {
  context.fillStyle = ink;
  context.textAlign = "center";
  context.fillText(text, x, y + 0.5);
  context.textAlign = "left";
}
