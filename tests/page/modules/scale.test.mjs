import assert from "node:assert/strict";
import { test } from "node:test";

import { following, NARROWEST, panned, revealing, span, ticks, toMs, toX, within, zoomed } from "./static/timeline/scale.js";

const whole = { start: 0, end: 100_000 };

test("a moment and its place are each other's way back", () => {
  const window = { start: 12_345, end: 23_456 };
  for (const ms of [12_345, 20_000, 23_456]) assert.ok(Math.abs(toMs(window, 900, toX(window, 900, ms)) - ms) < 1e-6);
});

test("what the pointer is on stays there while zooming", () => {
  const window = { start: 40_000, end: 60_000 };
  for (const factor of [0.5, 1.7]) {
    const closer = zoomed(window, factor, 45_000, whole);
    assert.ok(Math.abs(toX(closer, 1000, 45_000) - toX(window, 1000, 45_000)) < 1e-6);
    assert.equal(span(closer), 20_000 * factor);
  }
});

test("zoom ends at what there is, and at what can still be read", () => {
  assert.deepEqual(zoomed(whole, 10, 50_000, whole), whole);
  assert.equal(span(zoomed(whole, 1e-9, 50_000, whole)), NARROWEST);
});

test("pan ends at both ends, and keeps the length", () => {
  const window = { start: 10_000, end: 30_000 };
  assert.deepEqual(panned(window, -99_000, whole), { start: 0, end: 20_000 });
  assert.deepEqual(panned(window, 99_000_000, whole), { start: 80_000, end: 100_000 });
  assert.deepEqual(within({ start: 90_000, end: 130_000 }, whole), { start: 60_000, end: 100_000 });
});

test("while following, now is near the right edge, and a call that has just begun starts at the left", () => {
  assert.deepEqual(following({ start: 0, end: 20_000 }, 3_000), { start: 0, end: 20_000 });
  const window = following({ start: 0, end: 20_000 }, 60_000);
  assert.equal(span(window), 20_000);
  assert.ok(toX(window, 100, 60_000) > 80 && toX(window, 100, 60_000) < 95);
});

test("what is in sight moves nothing; what is not is brought in", () => {
  const window = { start: 40_000, end: 60_000 };
  assert.equal(revealing(window, { start: 45_000, end: 46_000 }, whole), window);
  const moved = revealing(window, { start: 5_000, end: 6_000 }, whole);
  assert.ok(moved.start < 5_000 && moved.end > 6_000 && span(moved) === 20_000);
  const long = revealing(window, { start: 5_000, end: 95_000 }, whole);
  assert.ok(long.start <= 5_000 && long.end > 5_000);
});

test("moments beyond all reason have ticks too, and an end", () => {
  for (const start of [1e17, 1e18, 1e300]) assert.ok(ticks({ start, end: start + NARROWEST }, 800).length <= 12);
  assert.ok(ticks({ start: 0, end: 1e300 }, 800).length <= 12);
});

test("ticks are round, in order, and never closer than their labels are wide", () => {
  for (const length of [NARROWEST, 1_000, 17_000, 60_000, 3_600_000, 40_000_000]) {
    const window = { start: 1_234, end: 1_234 + length };
    const found = ticks(window, 800);
    assert.ok(found.length >= 1 && found.length <= 12, `${length}: ${found.length}`);
    for (const [i, tick] of found.entries()) {
      assert.ok(tick.ms >= window.start && tick.ms <= window.end);
      if (i > 0) assert.ok(toX(window, 800, tick.ms) - toX(window, 800, found[i - 1].ms) > 70);
    }
    assert.equal(new Set(found.map((tick) => tick.label)).size, found.length);
  }
});
