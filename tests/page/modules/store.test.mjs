import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionClocks } from "./static/clock.js";
import { EventLog, filtered, MARKED } from "./static/eventlog.js";
import { inOrder, Opened, Store } from "./static/store.js";

const event = (n, more = {}) => ({ n, at_ms: n * 10, until_ms: n * 10, sender: "server", type: "response.done", count: 1, turn: null, note: null, ...more });
const summary = (id, more = {}) => ({ id, state: "ended", started_at: null, duration_ms: 1_000, revision: 1, recording: null, ...more });
const NO_FILTER = { sender: "", type: "", turn: null, search: "" };
const nothing = { spans: 0, marks: 0, turns: 0, events: 0 };
const snapshot = (more = {}) => ({ epoch: "e", revision: 10, summary: summary("a"), configuration: {}, spans: [], marks: [], turns: [], figures: {}, dropped: nothing, ...more });

test("events come once, in their order, however often and in whatever order they are told", () => {
  const log = new EventLog();
  log.merge([event(3), event(1)]);
  log.merge([event(2), event(3), event(4)]);
  log.merge([event(1), event(2)]);
  assert.deepEqual(log.list.map((one) => one.n), [1, 2, 3, 4]);
});

test("an entry that has grown stays grown when an older telling of it comes late", () => {
  const log = new EventLog();
  log.merge([event(1, { count: 30, until_ms: 900 })]);
  log.merge([event(1, { count: 4, until_ms: 100 })]);
  assert.equal(log.list[0].count, 30);
  log.merge([event(1, { count: 31, until_ms: 950 })]);
  assert.equal(log.list[0].count, 31);
});

test("what the server has let go of goes", () => {
  const log = new EventLog();
  log.merge([1, 2, 3, 4].map((n) => event(n)));
  log.merge([event(5)], 3);
  assert.deepEqual(log.list.map((one) => one.n), [4, 5]);
  const opened = new Opened(snapshot({ spans: [{ id: 1 }, { id: 2 }], turns: [{ turn: 1 }, { turn: 2 }] }));
  opened.take({ epoch: "e", revision: 11, id: "a", spans: [{ id: 3 }], dropped: { ...nothing, spans: 2, turns: 1 } });
  assert.deepEqual([...opened.spans.keys()], [3]);
  assert.deepEqual([...opened.turns.keys()], [2]);
});

test("a change that the snapshot has already changes nothing but events", () => {
  const opened = new Opened(snapshot({ spans: [{ id: 1, end_ms: 5 }] }));
  opened.take({ epoch: "e", revision: 9, id: "a", spans: [{ id: 1, end_ms: null }], events: [event(1)] });
  assert.equal(opened.spans.get(1).end_ms, 5);
  assert.equal(opened.events.list.length, 1);
  opened.take({ epoch: "e", revision: 12, id: "a", spans: [{ id: 1, end_ms: 7 }] });
  assert.equal(opened.spans.get(1).end_ms, 7);
});

test("no two states of a session have the same version, nor one that is opened anew a version of the one before", () => {
  const states = [];
  for (let times = 0; times < 2; times += 1) {
    const opened = new Opened(snapshot());
    states.push(opened.version, opened.events.version);
    opened.takeEvents([event(1)]);
    states.push(opened.version, opened.events.version);
    opened.take({ epoch: "e", revision: 12, id: "a", events: [event(2)] });
    states.push(opened.version, opened.events.version);
  }
  assert.equal(new Set(states).size, states.length);
});

test("filters go together", () => {
  const list = [event(1, { sender: "client", type: "response.create", turn: 1 }), event(2, { turn: 1, note: "unknown" }), event(3, { turn: 2 })];
  const found = (filter) => filtered(list, { ...NO_FILTER, ...filter }).map((one) => one.n);
  assert.deepEqual(found({}), [1, 2, 3]);
  assert.deepEqual(found({ turn: 1 }), [1, 2]);
  assert.deepEqual(found({ turn: 1, sender: "server" }), [2]);
  assert.deepEqual(found({ type: MARKED }), [2]);
  assert.deepEqual(found({ search: "CREATE" }), [1]);
  assert.deepEqual(found({ search: "unkn" }), [2]);
});

test("sessions that go on come first, then the latest", () => {
  const at = (hour) => `2026-11-21T${hour}:00:00.000Z`;
  const all = [summary("old", { started_at: at(10) }), summary("new", { started_at: at(12) }), summary("on", { state: "live", started_at: at(9) })];
  assert.deepEqual(inOrder(all).map((one) => one.id), ["on", "new", "old"]);
});

test("an older word on a session does not replace a newer one, and what is gone is gone", () => {
  const store = new Store();
  store.list({ epoch: "e", revision: 5, version: "1", content: false, limits: {}, sessions: [summary("a", { revision: 5, turns: 3 })] });
  store.takeSessions({ epoch: "e", revision: 6, sessions: [summary("a", { revision: 4, turns: 1 }), summary("b")], gone: [] });
  assert.equal(store.sessions.get("a").turns, 3);
  store.takeSessions({ epoch: "e", revision: 7, sessions: [], gone: ["b"] });
  assert.deepEqual([...store.sessions.keys()], ["a"]);
});

test("the clock of a call never goes back, and is never behind what was said of it", () => {
  const clocks = new SessionClocks();
  const live = (duration_ms) => summary("a", { state: "live", duration_ms });
  clocks.observe(live(5_000), 100_000);
  assert.equal(clocks.elapsed(live(5_000), 100_500), 5_500);
  clocks.observe(live(5_200), 101_000); // late by 0.8 s
  assert.equal(clocks.elapsed(live(5_200), 101_000), 6_000);
  clocks.observe(live(7_000), 101_500);
  assert.equal(clocks.elapsed(live(7_000), 101_500), 7_000);
  assert.equal(clocks.elapsed(summary("a", { duration_ms: 7_300 }), 200_000), 7_300);
});

test("the clock on the wall is believed, the server's where they differ", () => {
  const started_at = "2026-11-21T12:00:00.000Z";
  const quiet = summary("a", { state: "live", started_at, duration_ms: 1_000 });
  const begun = Date.parse(started_at);
  const same = new SessionClocks();
  same.compare(begun + 60_000 - 700, begun + 60_000);
  same.observe(quiet, begun + 60_000);
  assert.equal(same.elapsed(quiet, begun + 60_000), 60_000);
  const behind = new SessionClocks();
  behind.compare(begun + 60_000, begun + 20_000);
  behind.observe(quiet, begun + 20_000);
  assert.equal(behind.elapsed(quiet, begun + 20_000), 60_000);
});

test("a recording has no clock that goes on", () => {
  const clocks = new SessionClocks();
  const recorded = summary("a", { state: "live", recording: "x.jsonl", duration_ms: 500 });
  clocks.observe(recorded, 1_000);
  assert.equal(clocks.elapsed(recorded, 900_000), 500);
});
