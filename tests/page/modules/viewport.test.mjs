import assert from "node:assert/strict";
import { test } from "node:test";

import { dragged } from "./static/timeline/minimap.js";
import { span } from "./static/timeline/scale.js";
import { Viewport } from "./static/timeline/viewport.js";

test("a short call that is over is shown whole, a long one from its beginning", () => {
  const view = new Viewport();
  view.begin(40_000, false);
  assert.ok(view.window.start <= 0 && view.window.end >= 40_000 && span(view.window) < 42_000 && !view.follow);
  view.begin(3_600_000, false);
  assert.ok(view.window.start <= 0 && view.window.end === 60_000);
});

test("what is live is followed, until somebody looks elsewhere, and again when asked to", () => {
  const view = new Viewport();
  view.begin(100_000, true);
  assert.ok(view.follow && view.window.end > 100_000 && view.window.start > 0);
  view.keepUp(101_000, true);
  assert.ok(view.window.end > 101_000);
  view.pan(-0.5);
  const { window } = view;
  view.keepUp(102_000, true);
  assert.deepEqual(view.window, window);
  assert.equal(view.follow, false);
  view.setFollow(true);
  assert.ok(view.follow && view.window.end > 102_000);
});

test("zooming while following keeps now where it is", () => {
  const view = new Viewport();
  view.begin(100_000, true);
  view.zoom(0.5);
  assert.ok(view.follow);
  assert.equal(span(view.window), 10_000);
  assert.ok(view.window.end > 100_000 && view.window.start < 100_000);
});

test("what is over is not followed", () => {
  const view = new Viewport();
  view.begin(50_000, true);
  view.keepUp(50_000, false);
  assert.equal(view.follow, false);
  view.setFollow(true);
  assert.equal(view.follow, false);
});

test("revealing what is in sight does not stop following", () => {
  const view = new Viewport();
  view.begin(100_000, true);
  view.reveal({ start: 95_000, end: 96_000 });
  assert.equal(view.follow, true);
  view.reveal({ start: 5_000, end: 6_000 });
  assert.equal(view.follow, false);
});

test("in the strip the window moves, its edges move, and elsewhere it goes where the pointer is", () => {
  const extent = { start: 0, end: 100_000 };
  const window = { start: 40_000, end: 60_000 };
  assert.deepEqual(dragged(500, 600, 1_000, extent, window), { start: 50_000, end: 70_000 });
  assert.deepEqual(dragged(400, 300, 1_000, extent, window), { start: 30_000, end: 60_000 });
  assert.deepEqual(dragged(600, 700, 1_000, extent, window), { start: 40_000, end: 70_000 });
  assert.deepEqual(dragged(100, 100, 1_000, extent, window), { start: 0, end: 20_000 });
});
