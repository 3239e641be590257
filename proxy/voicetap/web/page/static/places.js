/** Where in a session a trouble was. Pure. */

import { OBJECTIVE_MS, outcomeKind } from "./words.js";

/**
 * @typedef {import("./store.js").Opened} Opened
 * @typedef {{ms: number|null, turn: number|null}} Place
 */

/**
 * @param {Opened} opened
 * @param {string} kind of a trouble
 * @returns {Place[]} in the order of time
 */
export function places(opened, kind) {
  /** @type {Place[]} */
  const found = [];
  const lane = { transcription_failed: "transcription", transcription_missing: "transcription", response_failed: "response", response_incomplete: "response", tool_failed: "tool" }[kind];
  for (const span of opened.spans.values()) {
    if (span.lane !== lane || !isOf(kind, span.outcome)) continue;
    found.push({ ms: span.start_ms, turn: span.turn });
  }
  for (const turn of opened.turns.values()) {
    const slow = kind === "slow_turn" && (turn.latency?.total_ms ?? 0) > OBJECTIVE_MS;
    if (slow || (kind === "no_response" && turn.outcome === kind)) found.push({ ms: turn.began_ms, turn: turn.turn });
  }
  for (const mark of opened.marks.values()) {
    const isOne = kind === "truncation_rejected" ? mark.kind === "truncation" && mark.label === "rejected" : mark.kind === kind;
    if (isOne) found.push({ ms: mark.at_ms, turn: mark.turn });
  }
  if (kind === "lost" || kind === "expired") found.push({ ms: opened.summary.duration_ms, turn: null });
  return found.sort((a, b) => (a.ms ?? 0) - (b.ms ?? 0));
}

/**
 * @param {string} kind
 * @param {string|null} outcome
 */
function isOf(kind, outcome) {
  if (kind === "transcription_missing") return outcome === "timed_out" || outcome === "session_closed";
  if (kind === "response_incomplete") return outcome === "incomplete";
  if (kind === "tool_failed") return outcomeKind(outcome) === "bad";
  return outcome === "failed";
}

/**
 * The place after this moment, from the beginning again after the last.
 * @param {Place[]} found
 * @param {Place|null} last
 * @returns {Place|null}
 */
export function nextPlace(found, last) {
  const at = last === null ? -1 : found.findIndex((place) => place.ms === last.ms && place.turn === last.turn);
  return found[(at + 1) % Math.max(found.length, 1)] ?? null;
}
