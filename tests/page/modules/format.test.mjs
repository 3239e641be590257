import assert from "node:assert/strict";
import { test } from "node:test";

import { amount, clock, counted, isolated, money, seconds, share, shortId } from "./static/format.js";

test("moments stand as on a clock, and are not rounded up to what has not come", () => {
  assert.equal(clock(0), "0:00");
  assert.equal(clock(7_999), "0:07");
  assert.equal(clock(59_960, 1), "0:59.9");
  assert.equal(clock(724_000), "12:04");
  assert.equal(clock(3_753_000), "1:02:33");
  assert.equal(clock(1_240, 2), "0:01.24");
  assert.equal(clock(-5), "0:00");
});

test("what is not known is a dash", () => {
  for (const say of [clock, seconds, amount, money]) {
    assert.equal(say(null), "–");
    assert.equal(say(undefined), "–");
    assert.equal(say(Number.NaN), "–");
  }
});

test("lengths have as many digits as matter", () => {
  assert.equal(seconds(0), "0 s");
  assert.equal(seconds(620), "0.62 s");
  assert.equal(seconds(9_994), "9.99 s");
  assert.equal(seconds(9_996), "10.0 s");
  assert.equal(seconds(59_960), "1 min 0 s");
  assert.equal(seconds(185_000), "3 min 5 s");
  assert.equal(seconds(3_661_000), "1 h 1 min");
});

test("counts, money, shares", () => {
  assert.deepEqual([0, 999, 1_000, 12_449, 999_400, 999_600, 1_340_000].map(amount), ["0", "999", "1.0 k", "12.4 k", "999 k", "1.0 M", "1.3 M"]);
  assert.deepEqual([0, 0.0055, 0.021, 0.0949, 1.234].map(money), ["$0", "$0.0055", "$0.021", "$0.095", "$1.23"]);
  assert.deepEqual([share(0, 5), share(0.01, 5), share(2, 9), share(1, 0)], ["0 %", "< 1 %", "22 %", ""]);
  assert.deepEqual([counted(1, "turn"), counted(0, "turn"), counted(2, "entry", "entries")], ["1 turn", "0 turns", "2 entries"]);
});

test("a long id keeps its end", () => {
  assert.equal(shortId("short"), "short");
  assert.equal(shortId("sess_8B7vLQzq1FQCOPXmNOoJL"), "sess_…XmNOoJL".slice(0, 6) + "PXmNOoJL");
});

test("what goes from right to left ends where it ends", () => {
  assert.equal(isolated("plain"), "plain");
  assert.equal(isolated("\u202egnol"), "\u2068\u202egnol\u2069");
});
