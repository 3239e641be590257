/** How a session came to an end, in words: what ended it, who closed it, with which code. Pure. */

import { isolated } from "./format.js";
import { plain } from "./words.js";

/** @typedef {import("./types.js").Summary} Summary */

/** @type {Map<string, string>} */
const ENDS = new Map([
  ["client_closed", "closed by the client"],
  ["server_closed", "closed by the server"],
  ["client_lost", "the client's connection was lost"],
  ["upstream_lost", "the server's connection was lost"],
  ["expired", "reached its maximum duration"],
  ["refused", "refused by the server"],
  ["drained", "ended by voicetap, which was told to stop"],
  ["connect_error", "the server could not be reached"],
  ["tls_error", "TLS with the server failed"],
  ["timeout", "the server did not answer the upgrade in time"],
  ["abandoned", "the client went away before the server answered"],
  ["bad_request", "refused by voicetap: no such upgrade can be passed on"],
  ["draining", "refused by voicetap, which was about to stop"],
  ["unknown", "how it ended is not known"],
]);

/** RFC 6455, 7.4.1, and what IANA has registered since. @type {Map<number, string>} */
const CODES = new Map([
  [1000, "normal"],
  [1001, "going away"],
  [1002, "protocol error"],
  [1003, "unsupported data"],
  [1005, "without a code"],
  [1007, "invalid data"],
  [1008, "policy violation"],
  [1009, "message too big"],
  [1010, "extension missing"],
  [1011, "internal error"],
  [1012, "service restart"],
  [1013, "try again later"],
  [1014, "bad gateway"],
  [3000, "unauthorized"],
  [3003, "forbidden"],
]);

/** Stands for "there was no Close frame" (RFC 6455, 7.1.5), and the end says so in words. */
const NO_CLOSE_FRAME = 1006;

/** What ended it. @param {Summary} summary */
export function ended({ end, recording }) {
  if (end === null) return recording === null ? "ended" : "no end was recorded";
  return ENDS.get(end) ?? (/^\d{3}$/.test(end) ? `the server answered ${end}` : plain(end));
}

/**
 * The same with the Close frame: "closed by the client (1000 normal)".
 * @param {Summary} summary
 */
export function endedHow(summary) {
  const how = ended(summary);
  const { close } = summary;
  if (close === null || close.code === null || close.code === NO_CLOSE_FRAME) return how;
  const who = close.by === null || how.includes(`by the ${close.by}`) ? "" : `closed by the ${close.by}, `;
  const name = CODES.get(close.code);
  const reason = close.reason ? `: “${isolated(close.reason)}”` : "";
  return `${how} (${who}${close.code}${name === undefined ? "" : ` ${name}`}${reason})`;
}
