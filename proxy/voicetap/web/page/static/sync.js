/**
 * Keeps the store like the server: snapshots first, then a stream of changes from there on.
 *
 * A browser that loses the stream asks again by itself, and says what it had last, so that nothing is lost; what comes
 * twice replaces itself. Where the server knows no such position (it was started anew), all is fetched anew.
 */

import * as api from "./api.js";
import { Opened } from "./store.js";

/** A stream that can wait: a browser allows six connections to a server, for all its tabs together. */
const HIDDEN_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;

export class Sync {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./clock.js").SessionClocks} clocks
   * @param {() => void} changed
   */
  constructor(store, clocks, changed) {
    this._store = store;
    this._clocks = clocks;
    this._changed = changed;
    /** @type {string|null} */
    this._wanted = null;
    /** @type {EventSource|null} */
    this._source = null;
    this._aborter = new AbortController();
    this._pause = FIRST_PAUSE_MS;
    this._timer = 0;
    this._hidden = 0;
    document.addEventListener("visibilitychange", () => this._visible());
  }

  /** Follows the list, and this session. @param {string|null} id */
  follow(id) {
    this._wanted = id;
    void this._start(!this._store.listed);
  }

  /** @param {boolean} anew the list too */
  async _start(anew) {
    this._stop();
    const { signal } = (this._aborter = new AbortController());
    try {
      if (anew) await this._list(signal);
      const since = `${this._store.epoch}.${this._store.revision}`;
      await this._open(signal);
      this._listen(since);
    } catch (error) {
      if (!signal.aborted) this._again(error);
    }
  }

  /** @param {AbortSignal} signal */
  async _list(signal) {
    const { list, date } = await api.sessions(signal);
    this._clocks.compare(date, Date.now());
    this._store.list(list);
    this._clocks.keep(this._store.sessions);
    this._observe(list.sessions);
    this._changed();
  }

  /** @param {AbortSignal} signal */
  async _open(signal) {
    const store = this._store;
    const id = this._wanted;
    if (id === null) return;
    try {
      const opened = new Opened(await api.session(id, signal));
      store.missing = null;
      store.opened = opened;
      this._observe([opened.summary]);
      this._changed();
      for await (const page of api.events(id, signal)) {
        opened.takeEvents(page.events);
        this._changed();
      }
    } catch (error) {
      if (!(error instanceof api.Refused) || error.status !== 404) throw error;
      store.opened = null;
      store.missing = id;
      this._changed();
    }
  }

  /** @param {string} since */
  _listen(since) {
    const source = (this._source = api.stream(this._store.opened?.id ?? null, since));
    /** @type {<T>(take: (change: T) => void) => (event: MessageEvent) => void} */
    const told = (take) => (event) => {
      const change = JSON.parse(event.data);
      if (change.epoch !== this._store.epoch) return void this._start(true);
      take(change);
      this._connected();
      this._changed();
    };
    source.addEventListener("open", () => this._connected());
    source.addEventListener(
      "sessions",
      told((/** @type {import("./types.js").SessionsChange} */ change) => {
        this._observe(change.sessions);
        this._store.takeSessions(change);
        if (change.gone.length > 0) this._clocks.keep(this._store.sessions);
      }),
    );
    source.addEventListener(
      "session",
      told((/** @type {import("./types.js").SessionChange} */ change) => {
        if (change.summary) this._observe([change.summary]);
        this._store.takeSession(change);
      }),
    );
    source.addEventListener("reset", () => void this._start(true));
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) this._again(null);
      else this._lost();
    });
  }

  /** @param {import("./types.js").Summary[]} summaries */
  _observe(summaries) {
    const here = Date.now();
    for (const summary of summaries) this._clocks.observe(summary, here);
  }

  _connected() {
    this._pause = FIRST_PAUSE_MS;
    if (this._store.link === "live") return;
    this._store.connected("live");
    this._changed();
  }

  _lost() {
    this._store.connected("lost");
    this._changed();
  }

  /** The browser has given up; this does not. @param {unknown} error */
  _again(error) {
    this._stop();
    if (error instanceof api.Refused && error.status < 500) console.error(error);
    this._lost();
    this._timer = setTimeout(() => void this._start(true), this._pause);
    this._pause = Math.min(this._pause * 2, LONGEST_PAUSE_MS);
  }

  _stop() {
    this._aborter.abort();
    this._source?.close();
    this._source = null;
    clearTimeout(this._timer);
  }

  /** A tab that nobody looks at gives its connection back after a while, and catches up when it is looked at. */
  _visible() {
    clearTimeout(this._hidden);
    if (document.hidden) this._hidden = setTimeout(() => this._stop(), HIDDEN_MS);
    else if (this._source === null) void this._start(true);
  }
}
