/** What the page knows, and how snapshots and changes get into it. Pure: no network, no document. */

import { EventLog } from "./eventlog.js";
import { nextVersion } from "./version.js";

/**
 * @typedef {import("./types.js").Summary} Summary
 * @typedef {import("./types.js").Span} Span
 * @typedef {import("./types.js").Mark} Mark
 * @typedef {import("./types.js").Turn} Turn
 * @typedef {import("./types.js").SessionChange} SessionChange
 * @typedef {"connecting"|"live"|"lost"} Link
 */

/** One session, opened. `version` is another with every change that it takes in. */
export class Opened {
  /** @param {import("./types.js").SessionSnapshot} snapshot */
  constructor(snapshot) {
    this.id = snapshot.summary.id;
    this.revision = snapshot.revision;
    this.summary = snapshot.summary;
    this.configuration = snapshot.configuration;
    this.figures = snapshot.figures;
    this.dropped = snapshot.dropped;
    /** @type {Map<number, Span>} */
    this.spans = new Map(snapshot.spans.map((span) => [span.id, span]));
    /** @type {Map<number, Mark>} */
    this.marks = new Map(snapshot.marks.map((mark) => [mark.id, mark]));
    /** @type {Map<number, Turn>} */
    this.turns = new Map(snapshot.turns.map((turn) => [turn.turn, turn]));
    this.events = new EventLog();
    this.version = nextVersion();
  }

  /** Takes in a part of the event log. @param {import("./types.js").Event[]} events */
  takeEvents(events) {
    this.events.merge(events);
    this.version = nextVersion();
  }

  /**
   * Takes in what has changed; what is older than the snapshot is in it already. What the server has let go of goes
   * here too, so a long call takes no more room than there.
   * @param {SessionChange} change
   */
  take(change) {
    this.events.merge(change.events ?? [], change.dropped?.events);
    if (change.revision > this.revision) {
      this.revision = change.revision;
      this.summary = change.summary ?? this.summary;
      this.configuration = change.configuration ?? this.configuration;
      this.figures = change.figures ?? this.figures;
      this.dropped = change.dropped ?? this.dropped;
      for (const span of change.spans ?? []) this.spans.set(span.id, span);
      for (const mark of change.marks ?? []) this.marks.set(mark.id, mark);
      for (const turn of change.turns ?? []) this.turns.set(turn.turn, turn);
      forget(this.spans, this.dropped.spans);
      forget(this.marks, this.dropped.marks);
      forget(this.turns, this.dropped.turns);
    }
    this.version = nextVersion();
  }
}

/**
 * Numbers grow in the order in which things came, so the first that stays ends the search.
 * @template V
 * @param {Map<number, V>} kept
 * @param {number} upTo
 */
function forget(kept, upTo) {
  if (kept.size === 0) return;
  for (const number of kept.keys()) {
    if (number > upTo) return;
    kept.delete(number);
  }
}

/** Everything. `version` grows with every change of the list of sessions or of the link. */
export class Store {
  constructor() {
    /** @type {string|null} */
    this.epoch = null;
    this.revision = 0;
    this.product = "";
    this.content = false;
    /** @type {Record<string, number>} */
    this.limits = {};
    /** @type {Map<string, Summary>} */
    this.sessions = new Map();
    this.listed = false;
    /** @type {Opened|null} */
    this.opened = null;
    /** @type {string|null} */
    this.missing = null;
    /** @type {Link} */
    this.link = "connecting";
    this.version = 1;
  }

  /** @param {import("./types.js").SessionsSnapshot} snapshot */
  list(snapshot) {
    this.epoch = snapshot.epoch;
    this.revision = snapshot.revision;
    this.product = snapshot.version;
    this.content = snapshot.content;
    this.limits = snapshot.limits;
    this.sessions = new Map(snapshot.sessions.map((summary) => [summary.id, summary]));
    this.listed = true;
    this.version += 1;
  }

  /** @param {import("./types.js").SessionsChange} change */
  takeSessions(change) {
    for (const summary of change.sessions) {
      const known = this.sessions.get(summary.id);
      if (known === undefined || known.revision <= summary.revision) this.sessions.set(summary.id, summary);
    }
    for (const id of change.gone) this.sessions.delete(id);
    this.revision = Math.max(this.revision, change.revision);
    this.version += 1;
  }

  /** @param {SessionChange} change */
  takeSession(change) {
    if (this.opened?.id === change.id) this.opened.take(change);
  }

  /** @param {Link} link */
  connected(link) {
    if (this.link === link) return;
    this.link = link;
    this.version += 1;
  }
}

/**
 * The sessions in the order of the list: running ones first, then by their beginning, the latest first.
 * @param {Iterable<Summary>} sessions
 */
export function inOrder(sessions) {
  return [...sessions]
    .map((one) => ({
      one,
      running: one.state === "live" || one.state === "connecting" ? 1 : 0,
      begun: one.started_at === null ? 0 : Date.parse(one.started_at) || 0,
    }))
    .sort((a, b) => b.running - a.running || b.begun - a.begun || (a.one.id < b.one.id ? -1 : 1))
    .map(({ one }) => one);
}
