/** What the server last said of its rate limits, in words. Pure. */

import { amount, clock, seconds, share } from "./format.js";

/**
 * @typedef {import("./types.js").RateLimit} RateLimit
 * @typedef {{name: string, left: string, share: number, said: string}} Limit  `share`: 0 to 1, of what is left
 */

/**
 * The one that is nearest to its end first. Names are the server's; of what has no number nothing is said.
 * @param {Record<string, RateLimit>} limits
 * @returns {Limit[]}
 */
export function rateLimits(limits) {
  return Object.entries(limits)
    .flatMap(([name, limit]) => (limit.remaining === null ? [] : [limitOf(name, limit, limit.remaining)]))
    .sort((a, b) => a.share - b.share);
}

/**
 * @param {string} name
 * @param {RateLimit} limit
 * @param {number} remaining
 * @returns {Limit}
 */
function limitOf(name, { limit, reset_seconds, at_ms }, remaining) {
  const known = limit !== null && limit > 0;
  const of = known ? ` of ${amount(limit)}` : "";
  const when = at_ms === null ? "" : ` at ${clock(at_ms)}`;
  const whole = reset_seconds === null ? "" : `, whole again ${seconds(reset_seconds * 1000)} later`;
  return {
    name,
    left: known ? share(remaining, limit) : amount(remaining),
    share: known ? remaining / limit : 1,
    said: `${name}: ${amount(remaining)}${of} left${when}${whole}`,
  };
}
