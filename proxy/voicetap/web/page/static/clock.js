/** How far a live session has come by now. Pure but for the times that it is given. */

/** @typedef {import("./types.js").Summary} Summary */

/** The server's clock is said in whole seconds: what differs by less than this is taken for the same. */
const SAME_MS = 2000;

/**
 * By the clock on the wall where the beginning is known; but never behind what the server has said, nor back in time.
 */
export class SessionClocks {
  constructor() {
    this._skew = 0;
    /** @type {Map<string, number>} */
    this._begun = new Map();
  }

  /**
   * How far this machine's clock is behind the server's.
   * @param {number} server milliseconds since 1970
   * @param {number} here
   */
  compare(server, here) {
    if (Number.isNaN(server)) return;
    this._skew = Math.abs(server - here) < SAME_MS ? 0 : server - here;
  }

  /**
   * @param {Summary} summary as it has just come
   * @param {number} here milliseconds since 1970
   */
  observe(summary, here) {
    const said = summary.duration_ms === null ? Infinity : here - summary.duration_ms;
    const begun = summary.started_at === null ? Infinity : Date.parse(summary.started_at) - this._skew;
    const known = this._begun.get(summary.id) ?? Infinity;
    const earliest = Math.min(said, known, Number.isNaN(begun) ? Infinity : begun);
    if (earliest < Infinity) this._begun.set(summary.id, earliest);
  }

  /** @param {Set<string>|Map<string, unknown>} ids of the sessions that there are */
  keep(ids) {
    for (const id of this._begun.keys()) if (!ids.has(id)) this._begun.delete(id);
  }

  /**
   * Milliseconds since the upgrade request; of a session that is over, until its end.
   * @param {Summary} summary
   * @param {number} here milliseconds since 1970
   * @returns {number|null}
   */
  elapsed(summary, here) {
    const begun = this._begun.get(summary.id);
    if (!isRunning(summary) || begun === undefined) return summary.duration_ms;
    return Math.max(here - begun, summary.duration_ms ?? 0);
  }
}

/** @param {Summary} summary */
export const isRunning = (summary) =>
  summary.recording === null && (summary.state === "live" || summary.state === "connecting");
