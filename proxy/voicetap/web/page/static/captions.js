/** What the API's labels and details of bars and marks mean, in words. Pure. */

import { counted, isolated, money, seconds } from "./format.js";
import { markName, outcomeKind, part, plain } from "./words.js";

/**
 * @typedef {import("./types.js").Span} Span
 * @typedef {import("./types.js").Mark} Mark
 * @typedef {import("./types.js").Detail} Detail
 */

/** Where content is on, this detail is what was said. */
const TEXT = "text";

/** @type {Map<string, string>} */
const PHASES = new Map(Object.entries({ before_audio: "before any audio", generating: "while being made", playing: "while being heard" }));

/** @type {Map<string, string>} */
const TRIGGERS = new Map(Object.entries({
  vad: "to speech",
  client: "to the client's request",
  tool: "to a tool's output",
  timeout: "to silence",
}));

/** Outcomes that go without saying. */
const EXPECTED = new Set(["completed", "committed", "ended", "answered", "acknowledged"]);

/** Less is no hundredth of a second. */
const LEAST_MS = 5;

/** Details that repeat what is said otherwise. */
const SAID_OTHERWISE = new Set([TEXT, "cause", "reason", "code", "outcome", "kind", "underruns", "stop_ms", "unheard_ms", "wait_ms", "first_output_ms"]);

/** @param {Detail} detail @returns {string|null} */
export function textOf(detail) {
  const text = detail[TEXT];
  return typeof text === "string" && text !== "" ? text : null;
}

/** How long something took; null where that is not known, or it goes on. @param {Span} span */
export function lengthOf(span) {
  return span.start_ms === null || span.end_ms === null ? null : span.end_ms - span.start_ms;
}

/** @param {Span} span */
export const goesOn = (span) => span.open ?? span.end_ms === null;

/**
 * An outcome and its reason, as in "cancelled: turn detected"; empty where all went as expected.
 * @param {Span} span
 */
export function outcome(span) {
  if (span.outcome === null || EXPECTED.has(span.outcome)) return "";
  const why = span.detail.code ?? span.detail.reason;
  const word = span.outcome === "cut" ? "cut off" : plain(span.outcome);
  return typeof why === "string" && why !== "" ? `${word}: ${plain(why)}` : word;
}

/** What stands in a bar. @param {Span} span */
export function inBar(span) {
  const failed = outcomeKind(span.outcome) === "bad" ? "✕ " : "";
  const text = textOf(span.detail);
  if (span.lane === "tool") return `${failed}${span.label}`;
  if (failed) return failed + outcome(span);
  if (text !== null) return text;
  const length = lengthOf(span);
  const how = span.outcome === "unknown" ? "" : outcome(span);
  if (span.lane === "playback" || how === "") return length === null || length === 0 ? "" : seconds(length);
  return how;
}

/** What a bar is, as the beginning of a sentence. @param {Span} span */
export function what(span) {
  if (span.lane === "user") return span.label === "text" ? "The user wrote" : "The user spoke";
  if (span.lane === "playback") return "The answer was heard";
  if (span.lane === "tool") return `Tool ${span.label}`;
  if (span.lane === "transcription") return "Transcription";
  return `Response ${TRIGGERS.get(span.label) ?? plain(span.label)}`;
}

/** Kinds of marks whose label is not needed to tell them. @type {Map<string, string>} */
const BESIDE = new Map(Object.entries({
  dead_air: "dead air",
  silent: "fell silent",
  overlap: "spoken over",
  start_failed: "did not start",
  gap: "gap",
}));

/** What the user waited for in dead air. @type {Map<string, string>} */
const AFTER = new Map(Object.entries({ speech: "after speech", request: "after the client asked", tool_output: "after a tool's output" }));

/** What stands beside a mark. @param {Mark} mark */
export function besideMark(mark) {
  const { detail, kind, label } = mark;
  const count = typeof detail.count === "number" && detail.count > 1 ? ` ×${detail.count}` : "";
  if (kind === "interruption") return "interrupted";
  if (kind === "truncation") {
    if (label !== "acknowledged") return `truncation ${plain(label)}`;
    return typeof detail.unheard_ms === "number" ? `${seconds(detail.unheard_ms)} unheard` : "truncated";
  }
  const said = BESIDE.get(kind) ?? plain(label || kind);
  return `${said}${count}`;
}

/** A mark as a sentence. @param {Mark} mark */
export function ofMark(mark) {
  const { detail, kind, label } = mark;
  const name = markName(kind);
  if (kind === "interruption") {
    const cause = typeof detail.cause === "string" ? `, ${plain(detail.cause)}` : "";
    const stop = typeof detail.stop_ms === "number" ? `; the audio went on for ${seconds(detail.stop_ms)}` : "";
    return `${name} ${PHASES.get(label) ?? plain(label)}${cause}${stop}`;
  }
  if (kind === "truncation") {
    const by = typeof detail.initiator === "string" && detail.initiator !== "unknown" ? ` by the ${detail.initiator}` : "";
    if (label !== "acknowledged") return `Truncation${by} ${plain(label)}`;
    return `${name}${by}${typeof detail.unheard_ms === "number" ? `: ${seconds(detail.unheard_ms)} went unheard` : ""}`;
  }
  if (kind === "dead_air") return `${name} ${AFTER.get(label) ?? plain(label)}`;
  return label && label.toLowerCase() !== name.toLowerCase() ? `${name}: ${plain(label)}` : name;
}

/** The parts of a bar, those of one kind together. @param {Span} span @param {number} until */
export function parts(span, until) {
  /** @type {Map<string, {count: number, ms: number}>} */
  const sums = new Map();
  for (const { kind, start_ms, end_ms } of span.parts) {
    const sum = sums.get(kind) ?? { count: 0, ms: 0 };
    sums.set(kind, { count: sum.count + 1, ms: sum.ms + (end_ms ?? until) - start_ms });
  }
  return [...sums].map(([kind, { count, ms }]) => {
    const total = kind === "underrun" ? span.detail.underruns : count;
    const times = kind === "underrun" ? `${counted(typeof total === "number" ? total : count, "underrun")}: ` : "";
    return `${times}${seconds(ms)} ${part(kind)}`;
  });
}

/** Figures and names of a bar or mark that are not said otherwise. @param {Detail} detail */
export function details(detail) {
  return Object.entries(detail)
    .filter(([name, value]) => !SAID_OTHERWISE.has(name) && !name.endsWith("_id") && value !== null && value !== "")
    .filter(([name, value]) => name !== "first_audio_ms" || value !== detail.first_output_ms)
    .filter(([name, value]) => !(name.endsWith("_ms") && typeof value === "number" && value < LEAST_MS))
    .map(([name, value]) => `${detailName(name)} ${detailValue(name, value)}`);
}

/** Ids, by which others' logs say the same. @param {Detail} detail */
export function ids(detail) {
  return Object.entries(detail).flatMap(([name, value]) => (name.endsWith("_id") && typeof value === "string" ? [value] : []));
}

const UNITS = /_(ms|seconds|usd)$/;

/** A detail's name without the unit that its value is said in. @param {string} name */
export const detailName = (name) => plain(name.replace(UNITS, ""));

/**
 * @param {string} name
 * @param {string|number|boolean|null} value
 */
export function detailValue(name, value) {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "number") return isolated(value ?? "");
  if (name.endsWith("_ms")) return seconds(value);
  if (name.endsWith("_seconds")) return seconds(value * 1000);
  if (name.endsWith("_usd")) return money(value);
  return Number.isInteger(value) ? String(value) : value.toFixed(3).replace(/0+$/, "");
}

