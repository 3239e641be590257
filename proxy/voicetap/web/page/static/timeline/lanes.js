/** Where everything of a timeline stands from top to bottom. Pure. */

/**
 * @typedef {import("../types.js").Lane} Lane
 * @typedef {{y: number, h: number}} Band  pixels
 * @typedef {{axis: Band, turns: Band, lanes: Record<Lane, Band>, marks: Band, height: number, caption: number}} Layout
 */

/** @type {{lane: Lane, name: string, short: string}[]} */
export const LANES = [
  { lane: "user", name: "User speech", short: "User" },
  { lane: "transcription", name: "Transcription", short: "Transcription" },
  { lane: "response", name: "Response", short: "Response" },
  { lane: "playback", name: "Playback", short: "Playback" },
  { lane: "tool", name: "Tools", short: "Tools" },
];

export const MARKS_NAME = "Marks";

const AXIS = 22;
const TURNS = 20;
const LANE = 30;
const MARKS = 28;
/** Where there is no room beside the lanes, their names stand in them, above the bars. */
const CAPTION = 13;

/**
 * @param {boolean} narrow names stand in the lanes, not beside them
 * @returns {Layout}
 */
export function layout(narrow) {
  const caption = narrow ? CAPTION : 0;
  let y = AXIS + TURNS;
  const next = (/** @type {number} */ h) => ({ y: (y += h) - h, h });
  const lanes = /** @type {Record<Lane, Band>} */ ({});
  for (const { lane } of LANES) lanes[lane] = next(LANE + (narrow ? CAPTION - 4 : 0));
  const marks = next(MARKS + (narrow ? CAPTION - 2 : 0));
  return { axis: { y: 0, h: AXIS }, turns: { y: AXIS, h: TURNS }, lanes, marks, height: y, caption };
}

/**
 * Where the bar of a row stands in its lane.
 * @param {Band} band
 * @param {number} caption
 * @param {number} row from 0
 * @param {number} rows
 * @returns {Band}
 */
export function bar(band, caption, row, rows) {
  const top = band.y + caption + (caption ? 2 : 5);
  const room = band.h - caption - (caption ? 6 : 11);
  const gap = rows > 1 ? 2 : 0;
  const h = (room - gap * (rows - 1)) / rows;
  return { y: top + row * (h + gap), h };
}

/**
 * @param {Layout} at
 * @param {number} y
 * @returns {Lane|"marks"|"turns"|"axis"|null}
 */
export function laneAt(at, y) {
  const holds = (/** @type {Band} */ band) => y >= band.y && y < band.y + band.h;
  if (holds(at.axis)) return "axis";
  if (holds(at.turns)) return "turns";
  if (holds(at.marks)) return "marks";
  return LANES.find(({ lane }) => holds(at.lanes[lane]))?.lane ?? null;
}
