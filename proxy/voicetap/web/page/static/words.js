/** What the API's words mean, in sentences: troubles, marks, outcomes, and where the time of a turn went. Pure. */

import { counted, seconds } from "./format.js";

/** @typedef {import("./types.js").Latency} Latency */

/** Objective for the latency of a turn, as in the boards: beyond it a turn is slow. */
export const OBJECTIVE_MS = 1500;

/** @type {Map<string, [string, string]>} */
const TROUBLES = new Map(Object.entries({
  start_failed: ["session did not start", "sessions did not start"],
  silent: ["went silent after an error", "silences after an error"],
  transcription_failed: ["transcription failed", "transcriptions failed"],
  transcription_missing: ["transcription never came", "transcriptions never came"],
  response_failed: ["response failed", "responses failed"],
  dead_air: ["stretch of dead air", "stretches of dead air"],
  truncation_rejected: ["truncation rejected", "truncations rejected"],
  slow_turn: ["slow turn", "slow turns"],
  lost: ["connection was lost", "connections were lost"],
  expired: ["reached its maximum duration", "reached their maximum duration"],
  no_response: ["turn got no response", "turns got no response"],
  response_incomplete: ["response is incomplete", "responses are incomplete"],
  tool_failed: ["tool call failed", "tool calls failed"],
  error: ["API error", "API errors"],
  malformed: ["malformed message", "malformed messages"],
  unknown: ["unknown event", "unknown events"],
  gap: ["gap in what was seen", "gaps in what was seen"],
  surprise: ["surprise", "surprises"],
}));
const WITHOUT_COUNT = new Set(["start_failed", "silent", "lost", "expired"]);

/** @param {import("./types.js").Trouble} trouble */
export function trouble({ kind, count }) {
  const [one, many] = TROUBLES.get(kind) ?? [plain(kind), plain(kind)];
  return WITHOUT_COUNT.has(kind) && count === 1 ? capital(one) : counted(count, one, many);
}

/** @type {Map<string, string>} */
const MARKS = new Map(Object.entries({
  interruption: "Interrupted",
  truncation: "Truncated",
  dead_air: "Dead air",
  silent: "Session fell silent",
  error: "API error",
  gap: "Gap: not everything was seen",
  surprise: "Surprise",
  overlap: "Spoke over the answer",
  start_failed: "Session did not start",
  malformed: "Malformed message",
  unknown: "Unknown event",
}));

/** @param {string} kind */
export const markName = (kind) => MARKS.get(kind) ?? capital(plain(kind));

/** @type {Map<string, string>} */
const OPENED_BY = new Map(Object.entries({
  speech: "the user spoke",
  text: "the user wrote",
  timeout: "nobody had spoken for a while",
  agent_initiated: "the agent began by itself",
}));

/** @param {string} word */
export const openedBy = (word) => OPENED_BY.get(word) ?? plain(word);

/** @type {Map<string, string>} */
const PARTS = new Map(Object.entries({
  silence: "of silence until noticed",
  wait: "until the first output",
  unheard: "never heard",
  underrun: "without audio to play",
}));

/** @param {string} kind */
export const part = (kind) => PARTS.get(kind) ?? plain(kind);

const FAILED = new Set(["failed", "timed_out", "rejected", "unanswered", "session_closed", "no_response"]);
const CUT = new Set(["cut", "cancelled", "interrupted", "truncated", "incomplete"]);

/**
 * What an outcome means at a glance: `bad` went wrong, `cut` was cut short, `fine` neither.
 * @param {string|null} outcome
 * @returns {"bad"|"cut"|"fine"}
 */
export function outcomeKind(outcome) {
  if (outcome === null) return "fine";
  return FAILED.has(outcome) ? "bad" : CUT.has(outcome) ? "cut" : "fine";
}

/**
 * The same of a turn: that somebody hung up meanwhile is nothing that went wrong.
 * @param {string|null} outcome
 */
export const turnKind = (outcome) => (outcome === "session_closed" ? "cut" : outcomeKind(outcome));

/** A name of the API in words: `turn_detected` -> `turn detected`. @param {string} name */
export const plain = (name) => name.replaceAll("_", " ");

/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Less is no hundredth of a second. */
const LEAST_MS = 5;

/**
 * The parts of a turn's latency that are known, in the order in which they pass.
 * @param {Latency} latency
 * @returns {{kind: "vad"|"model"|"tools"|"rest", ms: number, said: string}[]}
 */
export function latencyParts(latency) {
  /** @type {["vad"|"model"|"tools"|"rest", number|null, string][]} */
  const all = [
    ["vad", latency.vad_wait_ms, "silence until the server took speech to be over"],
    ["model", latency.model_ms, "model"],
    ["tools", latency.tools_ms, "tools"],
    ["rest", latency.rest_ms, "rest"],
  ];
  return all.flatMap(([kind, ms, said]) => (ms !== null && ms >= LEAST_MS ? [{ kind, ms, said }] : []));
}

/**
 * "The user waited 1.24 s: 0.50 s silence until the server took speech to be over, 0.62 s model, 0.12 s rest."
 * @param {Latency|null} latency
 * @returns {string|null} null where nothing was measured
 */
export function waited(latency) {
  if (latency === null || latency.total_ms === null) {
    if (latency?.raw_ms == null) return null;
    return `The first output came ${seconds(latency.raw_ms)} after the server took speech to be over; when the user really stopped is not known.`;
  }
  const parts = latencyParts(latency).map(({ ms, said }) => `${seconds(ms)} ${said}`);
  return `The user waited ${seconds(latency.total_ms)}${parts.length ? `: ${parts.join(", ")}` : ""}.`;
}
