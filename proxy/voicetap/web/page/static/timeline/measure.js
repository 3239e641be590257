/** How wide words are on the canvas; asked so often that the answers are kept. */

const MOST_KEPT = 4000;
/** Letters that are measured; of longer words the rest is taken to be like them. */
const LONGEST = 200;

/** @type {Map<string, number>} */
const kept = new Map();

/**
 * @param {CanvasRenderingContext2D} context with the font of the timeline
 * @param {string} words
 * @returns {number} pixels
 */
export function measured(context, words) {
  const short = words.slice(0, LONGEST);
  let size = kept.get(short);
  if (size === undefined) {
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(short, (size = context.measureText(short).width));
  }
  return short === words ? size : (size / short.length) * words.length;
}
