import assert from "node:assert/strict";
import { test } from "node:test";

import { besideMark, details, inBar, ofMark, outcome, parts } from "./static/captions.js";
import { ended, endedHow } from "./static/ending.js";
import { rateLimits } from "./static/limits.js";
import { notable } from "./static/notable.js";
import { nextPlace, places } from "./static/places.js";
import { chosen } from "./static/sessions.js";
import { buckets, percentile } from "./static/statistics.js";
import { story } from "./static/story.js";
import { latencyParts, markName, openedBy, outcomeKind, trouble, turnKind, waited } from "./static/words.js";

const span = (id, lane, start_ms, more = {}) => ({ id, lane, start_ms, end_ms: start_ms + 600, open: false, turn: 1, label: "", outcome: "completed", detail: {}, parts: [], trace_id: null, ...more });
const mark = (id, kind, label, more = {}) => ({ id, at_ms: 100, lane: null, kind, turn: 1, label, detail: {}, severity: "info", ...more });
const latency = (total_ms, vad_wait_ms, model_ms, tools_ms = 0, rest_ms = 0) => ({ total_ms, raw_ms: null, vad_wait_ms, model_ms, tools_ms, rest_ms });
const opened = (spans = [], marks = [], turns = []) => ({
  spans: new Map(spans.map((one) => [one.id, one])),
  marks: new Map(marks.map((one) => [one.id, one])),
  turns: new Map(turns.map((one) => [one.turn, one])),
  summary: { duration_ms: 9_000 },
});

test("troubles are counted in words", () => {
  assert.equal(trouble({ kind: "transcription_failed", count: 1 }), "1 transcription failed");
  assert.equal(trouble({ kind: "transcription_failed", count: 3 }), "3 transcriptions failed");
  assert.equal(trouble({ kind: "start_failed", count: 1 }), "Session did not start");
  assert.equal(trouble({ kind: "something_new", count: 2 }), "2 something new");
});

test("what JavaScript has by itself is no word of the API", () => {
  for (const name of ["constructor", "__proto__", "toString"]) {
    assert.equal(trouble({ kind: name, count: 2 }), `2 ${name.replaceAll("_", " ")}`);
    assert.equal(openedBy(name), name.replaceAll("_", " "));
    assert.equal(typeof markName(name), "string");
    assert.equal(besideMark(mark(1, name, "")), name.replaceAll("_", " "));
    assert.equal(ended({ end: name, recording: null }), name.replaceAll("_", " "));
  }
});

test("an end is said with who closed it and with which code, as far as that is known", () => {
  const how = (end, code, by, reason = null, recording = null) => endedHow({ end, recording, close: code === undefined ? null : { code, by, reason } });
  assert.equal(how("client_closed", 1000, "client"), "closed by the client (1000 normal)");
  assert.equal(how("server_closed", 1011, "server"), "closed by the server (1011 internal error)");
  assert.equal(how("server_closed", 4242, "server", "enough <b>"), "closed by the server (4242: “enough <b>”)");
  assert.equal(how("expired", 1001, "server"), "reached its maximum duration (closed by the server, 1001 going away)");
  assert.equal(how("client_lost", 1006, "client"), "the client's connection was lost");
  assert.equal(how("drained", null, null), "ended by voicetap, which was told to stop");
  assert.equal(how("401"), "the server answered 401");
  assert.equal(how(null), "ended");
  assert.equal(how(null, undefined, null, null, "call.jsonl"), "no end was recorded");
});

test("of rate limits that comes first which is nearest to its end", () => {
  const limit = (limit, remaining, reset_seconds = null, at_ms = null) => ({ limit, remaining, reset_seconds, at_ms });
  const found = rateLimits({ requests: limit(1000, 990, 26, 9_000), unsaid: limit(10, null), tokens: limit(40_000, 10_000.5), odd: limit(0, 7) });
  assert.deepEqual(found.map(({ name, left }) => `${name} ${left}`), ["tokens 25 %", "requests 99 %", "odd 7"]);
  assert.equal(found[1].said, "requests: 990 of 1.0 k left at 0:09, whole again 26.0 s later");
  assert.equal(found[0].said, "tokens: 10.0 k of 40.0 k left");
  assert.deepEqual(rateLimits({}), []);
  assert.deepEqual(rateLimits(JSON.parse('{"__proto__": {"limit": 2, "remaining": 1, "reset_seconds": null, "at_ms": null}}')).map(({ name }) => name), ["__proto__"]);
});

test("where the time of a turn went is said part by part, and what is too small to say is not", () => {
  const said = "The user waited 1.24 s: 0.50 s silence until the server took speech to be over, 0.62 s model, 0.12 s rest.";
  assert.equal(waited(latency(1_240, 500, 620, 0, 120)), said);
  assert.deepEqual(latencyParts(latency(900, 500, 400, 0, 0.4)).map((part) => part.kind), ["vad", "model"]);
  assert.equal(waited(latency(900, null, null, null, null)), "The user waited 0.90 s.");
  assert.equal(waited(null), null);
  assert.match(waited({ ...latency(null, null, null), raw_ms: 300 }), /came 0\.30 s after .* not known/);
});

test("bars say what matters most of them", () => {
  assert.equal(inBar(span(1, "playback", 0)), "0.60 s");
  assert.equal(inBar(span(1, "playback", 0, { outcome: "cut" })), "0.60 s");
  assert.equal(inBar(span(1, "tool", 0, { label: "look_up", outcome: "answered" })), "look_up");
  assert.equal(inBar(span(1, "response", 0, { outcome: "cancelled", detail: { reason: "turn_detected" } })), "cancelled: turn detected");
  assert.equal(inBar(span(1, "transcription", 0, { outcome: "failed", detail: { code: "bad_audio" } })), "✕ failed: bad audio");
  assert.equal(inBar(span(1, "transcription", 0, { detail: { text: "Hello" } })), "Hello");
  assert.equal(inBar(span(1, "user", 0, { end_ms: null, open: true, outcome: null })), "");
  assert.equal(outcome(span(1, "user", 0, { outcome: "committed" })), "");
});

test("many underruns are one sum", () => {
  const one = span(1, "playback", 0, { detail: { underruns: 40 }, parts: [{ start_ms: 0, end_ms: 50, kind: "underrun" }, { start_ms: 80, end_ms: 100, kind: "underrun" }] });
  assert.deepEqual(parts(one, 0), ["40 underruns: 0.07 s without audio to play"]);
});

test("details have their units, and ids stand apart", () => {
  assert.deepEqual(details({ heard_ms: 960, cost_usd: 0.005, input_tokens: 344, item_id: "item_1", text: "x", first_output_ms: 9, first_audio_ms: 9, commit_ms: 2 }), ["heard 0.96 s", "cost $0.0050", "input tokens 344"]);
});

test("marks are said with their figures", () => {
  assert.equal(ofMark(mark(1, "interruption", "generating", { detail: { cause: "turn_detected", stop_ms: 140 } })), "Interrupted while being made, turn detected; the audio went on for 0.14 s");
  assert.equal(ofMark(mark(1, "truncation", "acknowledged", { detail: { initiator: "client", unheard_ms: 740 } })), "Truncated by the client: 0.74 s went unheard");
  assert.equal(ofMark(mark(1, "truncation", "rejected", { detail: { initiator: "client" } })), "Truncation by the client rejected");
  assert.equal(besideMark(mark(1, "dead_air", "speech")), "dead air");
  assert.equal(besideMark(mark(1, "surprise", "unknown_id", { detail: { count: 3 } })), "unknown id ×3");
});

test("a turn is told in the order of time", () => {
  const lines = story(opened([span(2, "playback", 900), span(1, "user", 0, { label: "speech", outcome: "committed" }), span(3, "user", 0, { turn: 2 })], [mark(1, "error", "x", { at_ms: 500 })]), 1);
  assert.deepEqual(lines.map((line) => line.said), ["The user spoke, 0.60 s", "API error: x", "The answer was heard, 0.60 s"]);
});

test("what is worth a look says why", () => {
  const turns = [1, 2, 3].map((turn) => ({ turn, began_ms: turn, ended_ms: null, outcome: "completed", latency: latency(turn === 2 ? 1_501 : 1_500, 1, 1) }));
  const found = notable(opened([span(1, "transcription", 0, { turn: 3, outcome: "failed", detail: { code: "x" } })], [], turns));
  assert.deepEqual(found.map((one) => [one.turn, one.reasons]), [[2, ["waited 1.50 s"]], [3, ["transcription failed: x"]]]);
});

test("a trouble is gone through place by place, and then from the beginning", () => {
  const session = opened([span(1, "transcription", 400, { outcome: "failed" }), span(2, "transcription", 100, { outcome: "failed", turn: 2 }), span(3, "response", 0, { outcome: "failed" })]);
  const found = places(session, "transcription_failed");
  assert.deepEqual(found.map((place) => place.ms), [100, 400]);
  const first = nextPlace(found, null);
  const second = nextPlace(found, first);
  assert.deepEqual([first.ms, second.ms, nextPlace(found, second).ms], [100, 400, 100]);
  assert.equal(nextPlace([], null), null);
  assert.equal(places(session, "lost")[0].ms, 9_000);
});

test("outcomes are bad, cut or fine", () => {
  assert.deepEqual(["failed", "timed_out", "cancelled", "cut", "completed", null].map(outcomeKind), ["bad", "bad", "cut", "cut", "fine", "fine"]);
  assert.deepEqual(["session_closed", "no_response", "completed"].map(turnKind), ["cut", "bad", "fine"]);
});

test("sessions are chosen by every word of a search", () => {
  const summary = (id, more) => ({ id, session_id: null, model: "gpt-realtime", transcription_model: null, recording: null, end: null, trace_id: null, state: "ended", health: "good", troubles: [], started_at: null, ...more });
  const all = [summary("aa", { troubles: [{ kind: "error", count: 2 }], health: "fair" }), summary("bb", { state: "live" })];
  const found = (which, search) => chosen(all, which, search).map((one) => one.id);
  assert.deepEqual(found("all", "GPT errors"), ["aa"]);
  assert.deepEqual(found("all", "gpt nothing"), []);
  assert.deepEqual(found("live", ""), ["bb"]);
  assert.deepEqual(found("troubled", ""), ["aa"]);
});

test("percentiles lie between values, and a bar stands for the worst of its run", () => {
  assert.equal(percentile([], 0.5), null);
  assert.equal(percentile([3, 1, 2], 0.5), 2);
  assert.equal(percentile([1, 2], 0.5), 1.5);
  assert.deepEqual(buckets([1, 9, 2, 3, 4], 3, (value) => value), [9, 3, 4]);
  assert.deepEqual(buckets([1, 2], 3, (value) => value), [1, 2]);
});
