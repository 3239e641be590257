/** Asks the server: what there is, and to be told of what changes. */

/**
 * @typedef {import("./types.js").SessionsSnapshot} SessionsSnapshot
 * @typedef {import("./types.js").SessionSnapshot} SessionSnapshot
 * @typedef {import("./types.js").EventsPage} EventsPage
 */

/** What the server answered was no success. */
export class Refused extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`the server answered ${status}`);
    this.status = status;
  }
}

/**
 * @param {string} path
 * @param {AbortSignal} signal
 * @returns {Promise<{body: any, date: number}>}
 */
async function get(path, signal) {
  const response = await fetch(path, { signal, headers: { Accept: "application/json" } });
  if (!response.ok) throw new Refused(response.status);
  return { body: await response.json(), date: Date.parse(response.headers.get("Date") ?? "") };
}

/**
 * All sessions, and the server's time of day.
 * @param {AbortSignal} signal
 * @returns {Promise<{list: SessionsSnapshot, date: number}>}
 */
export async function sessions(signal) {
  const { body, date } = await get("/api/sessions", signal);
  return { list: body, date };
}

/**
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<SessionSnapshot>}
 */
export async function session(id, signal) {
  return (await get(`/api/sessions/${encodeURIComponent(id)}`, signal)).body;
}

/**
 * The event log of a session, page by page.
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<EventsPage>}
 */
export async function* events(id, signal) {
  for (let after = 0; ; ) {
    const page = /** @type {EventsPage} */ (
      (await get(`/api/sessions/${encodeURIComponent(id)}/events?after=${after}&limit=1000`, signal)).body
    );
    yield page;
    if (page.next === null) return;
    after = page.next;
  }
}

/**
 * What changes after a position, in the list and in one session.
 * @param {string|null} session
 * @param {string|null} since EPOCH.REVISION
 */
export function stream(session, since) {
  const query = new URLSearchParams();
  if (session !== null) query.set("session", session);
  if (since !== null) query.set("since", since);
  return new EventSource(`/api/stream?${query}`);
}
