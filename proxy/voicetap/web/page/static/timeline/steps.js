/** Through the bars and marks of a timeline one by one, for who has no pointer. Pure. */

import { reach } from "./hit.js";
import { LANES } from "./lanes.js";

/**
 * @typedef {import("./picture.js").Picture} Picture
 * @typedef {{id: string, at: number, end: number, thing: import("./hit.js").Thing}} Step
 */

/**
 * Spans and marks are numbered apart.
 * @param {"span"|"mark"} kind
 * @param {number} number
 */
export const stepId = (kind, number) => `${kind} ${number}`;

/**
 * All bars and marks in the order of time.
 * @param {Picture} picture
 * @param {number} until
 * @returns {Step[]}
 */
export function steps(picture, until) {
  const bars = LANES.flatMap(({ lane }) =>
    picture.lanes[lane].bars.map((bar) => ({ id: stepId("span", bar.span.id), at: bar.start, end: reach(bar, until), thing: { bar } })),
  );
  const pins = picture.pins.map((pin) => ({ id: stepId("mark", pin.mark.id), at: pin.at, end: pin.at, thing: { pins: [pin] } }));
  return [...bars, ...pins].sort((a, b) => a.at - b.at);
}

/**
 * The one after this, or before; the first in sight where there is none yet.
 * @param {Step[]} all
 * @param {string|null} id
 * @param {1|-1} by
 * @param {number} from what is in sight begins there
 * @returns {Step|undefined}
 */
export function stepped(all, id, by, from) {
  const here = all.findIndex((step) => step.id === id);
  if (here >= 0) return all[here + by];
  return all.find((step) => step.at >= from) ?? all[0];
}
