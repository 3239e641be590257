/** What part of a session is in sight: moved by the reader, or following what is live. Pure. */

import { following, panned, revealing, span, toMs, within, zoomed } from "./scale.js";

/** @typedef {import("./scale.js").Window} Window */

const LIVE_SPAN = 20_000;
/** A call that is over is shown whole up to this length, else its beginning. */
const WHOLE_SPAN = 120_000;
const BEGINNING_SPAN = 60_000;
/** Of a call, beside its beginning and its end, so that both are seen to be that, and marks there are whole. */
const MARGIN = 0.015;

export class Viewport {
  constructor() {
    /** @type {Window} */
    this.window = { start: 0, end: LIVE_SPAN };
    this.follow = false;
    this._until = 0;
    this._running = false;
  }

  /**
   * Another session.
   * @param {number} until its end, or now
   * @param {boolean} running
   */
  begin(until, running) {
    this.keepUp(until, running);
    this.follow = running;
    if (running) this.window = { start: 0, end: LIVE_SPAN };
    else if (until > WHOLE_SPAN) this.window = { start: -BEGINNING_SPAN * MARGIN, end: BEGINNING_SPAN };
    else this.window = this.extent;
    this.keepUp(until, running);
  }

  /**
   * @param {number} until
   * @param {boolean} running
   */
  keepUp(until, running) {
    this._until = until;
    this._running = running;
    this.follow &&= running;
    if (this.follow) this.window = following(this.window, until);
  }

  /** What there is to see: the session, and of a live one a little beyond. @returns {Window} */
  get extent() {
    const whole = Math.max(this._until, 1000);
    if (!this._running) return { start: -whole * MARGIN, end: whole * (1 + MARGIN) };
    return { start: 0, end: Math.max(whole * 1.16, span(this.window)) };
  }

  /**
   * @param {number} factor below 1: closer
   * @param {number} [share] of the width from the left, what stays where it is; while following that is now
   */
  zoom(factor, share = 0.5) {
    const at = this.follow ? this._until : toMs(this.window, 1, share);
    const extent = this._running ? { start: 0, end: Math.max(this.extent.end, span(this.window) * factor) } : this.extent;
    this.window = zoomed(this.window, factor, at, extent);
    if (this.follow) this.window = following(this.window, this._until);
  }

  /** @param {number} share of the width */
  pan(share) {
    this.follow = false;
    this.window = panned(this.window, share * span(this.window), this.extent);
  }

  fit() {
    this.follow = false;
    this.window = this.extent;
  }

  /** No further than it takes. @param {Window} stretch */
  reveal(stretch) {
    const moved = revealing(this.window, stretch, this.extent);
    if (moved === this.window) return;
    this.follow = false;
    this.window = moved;
  }

  /** A stretch and a little around it. @param {Window} stretch */
  fill(stretch) {
    const margin = Math.max(span(stretch) * 0.08, 100);
    this.show({ start: stretch.start - margin, end: stretch.end + margin });
  }

  /** @param {Window} window */
  show(window) {
    this.follow = false;
    this.window = within(window, this.extent);
  }

  /** @param {boolean} follow */
  setFollow(follow) {
    this.follow = follow && this._running;
    if (this.follow && span(this.window) > 3 * LIVE_SPAN) this.window = { start: 0, end: LIVE_SPAN };
    this.keepUp(this._until, this._running);
  }
}
