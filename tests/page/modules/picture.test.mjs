import assert from "node:assert/strict";
import { test } from "node:test";

import { thingAt, turnOf } from "./static/timeline/hit.js";
import { bar, laneAt, layout } from "./static/timeline/lanes.js";
import { picture } from "./static/timeline/picture.js";
import { clusters, worst } from "./static/timeline/pins.js";

let number = 0;
const span = (lane, start_ms, end_ms, more = {}) => ({
  id: (number += 1), lane, start_ms, end_ms, turn: 1, label: "", outcome: null, detail: {}, parts: [], trace_id: null, ...more,
});
const mark = (at_ms, kind, severity = "info") => ({ id: (number += 1), at_ms, lane: null, kind, turn: 1, label: "", detail: {}, severity });
const turn = (n, began_ms, ended_ms, total_ms = null) => ({
  turn: n, opened_by: "speech", began_ms, ended_ms, outcome: null, trace_id: null,
  latency: total_ms === null ? null : { total_ms, raw_ms: null, vad_wait_ms: null, model_ms: null, tools_ms: null, rest_ms: null },
});
const drawn = ({ spans = [], marks = [], turns = [] }) =>
  picture({
    spans: new Map(spans.map((one) => [one.id, one])),
    marks: new Map(marks.map((one) => [one.id, one])),
    turns: new Map(turns.map((one) => [one.turn, one])),
  });

test("tools that run at once stand below each other, one after the other side by side", () => {
  const { bars, rows } = drawn({ spans: [span("tool", 0, 100), span("tool", 50, 150), span("tool", 120, 200)] }).lanes.tool;
  assert.deepEqual(bars.map((one) => one.row), [0, 1, 0]);
  assert.equal(rows, 2);
});

test("bars stand in the order of time, however they came", () => {
  const { bars } = drawn({ spans: [span("user", 500, 600), span("user", 100, 200)] }).lanes.user;
  assert.deepEqual(bars.map((one) => one.start), [100, 500]);
});

test("the wait of a turn ends where its answer is first heard", () => {
  const spans = [span("playback", 2_000, 3_000), span("playback", 5_000, 6_000)];
  const [wait, ...others] = drawn({ spans, turns: [turn(1, 0, 6_000, 1_600)] }).waits;
  assert.deepEqual(wait, { turn: 1, from: 400, to: 2_000, ms: 1_600, slow: true });
  assert.equal(others.length, 0);
});

test("without any times there is nothing to draw, and that is known", () => {
  const nothing = drawn({ spans: [span("user", null, null)] });
  assert.equal(nothing.untimed, true);
  assert.equal(drawn({}).untimed, false);
  assert.equal(drawn({ spans: [span("user", 1, 2)] }).untimed, false);
});

test("the end is that of the last thing, parts behind it included", () => {
  const cut = { start_ms: 900, end_ms: 2_400, kind: "unheard" };
  assert.equal(drawn({ spans: [span("playback", 100, 900, { parts: [cut] })], marks: [mark(1_000, "error")] }).end, 2_400);
});

test("a turn without a beginning of its own begins with what is drawn of it", () => {
  assert.equal(drawn({ spans: [span("user", 300, 400)], turns: [turn(1, null, null)] }).turns[0].start, 300);
});

test("marks that are close stand as one, with the sign of the worst", () => {
  const all = drawn({ marks: [mark(0, "surprise"), mark(10, "error", "bad"), mark(5_000, "gap", "warning")] });
  const found = clusters(all, { start: 0, end: 10_000 }, 1_000);
  assert.deepEqual(found.map((group) => group.pins.length), [2, 1]);
  assert.equal(worst(found[0].pins).mark.kind, "error");
});

test("what is pointed at is what is drawn there", () => {
  const first = span("tool", 1_000, 2_000);
  const second = span("tool", 1_500, 2_500, { turn: 2 });
  const scene = { picture: drawn({ spans: [first, second], marks: [mark(4_000, "error")] }), window: { start: 0, end: 10_000 }, width: 1_000, layout: layout(false), until: 10_000 };
  const row = (n) => { const { y, h } = bar(scene.layout.lanes.tool, 0, n, 2); return y + h / 2; };
  assert.equal(thingAt(scene, 160, row(0)).bar.span, first);
  assert.equal(thingAt(scene, 160, row(1)).bar.span, second);
  assert.equal(turnOf(thingAt(scene, 160, row(1))), 2);
  assert.equal(thingAt(scene, 600, row(0)), null);
  assert.equal(thingAt(scene, 402, scene.layout.marks.y + 10).pins[0].mark.kind, "error");
  assert.equal(thingAt(scene, 402, 5), null);
});

test("lanes touch and do not overlap, wide or narrow", () => {
  for (const narrow of [false, true]) {
    const at = layout(narrow);
    let y = at.turns.y + at.turns.h;
    for (const [lane, band] of Object.entries(at.lanes)) {
      assert.equal(band.y, y);
      assert.equal(laneAt(at, band.y + band.h / 2), lane);
      y += band.h;
    }
    assert.equal(at.marks.y + at.marks.h, at.height);
  }
});
