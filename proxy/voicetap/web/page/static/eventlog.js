/** The events of one session by number: merged without doubles, bounded, filtered. Pure. */

import { nextVersion } from "./version.js";

/**
 * @typedef {import("./types.js").Event} Event
 * @typedef {{sender: string, type: string, turn: number|null, search: string}} Filter
 */

/** The choice of type that stands for all events with a note. */
export const MARKED = "\u0000marked";

export class EventLog {
  constructor() {
    /** @type {Event[]} by number */
    this.list = [];
    this.version = nextVersion();
  }

  /**
   * Adds what is new and replaces what has grown; an entry only ever grows, so the one with more in it is the later.
   * @param {Event[]} events
   * @param {number} [gone] the number up to which entries are to go
   */
  merge(events, gone = 0) {
    if (events.length === 0) return;
    for (const event of events) {
      const at = this.indexOf(event.n);
      const known = this.list[at];
      if (known === undefined) this.list.push(event);
      else if (known.n !== event.n) this.list.splice(at, 0, event);
      else if (grown(known, event)) this.list[at] = event;
    }
    if (gone > 0) this.list.splice(0, this.indexOf(gone + 1));
    this.version = nextVersion();
  }

  /** Index of the first entry with this number or a higher one. @param {number} n */
  indexOf(n) {
    return lowerBound(this.list, (event) => event.n >= n);
  }

  /** Types by name, each with how many events came of it. @returns {[string, number][]} */
  types() {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const event of this.list) counts.set(event.type, (counts.get(event.type) ?? 0) + event.count);
    return [...counts].sort((a, b) => (a[0] < b[0] ? -1 : 1));
  }
}

/**
 * @param {Event} known
 * @param {Event} event
 */
function grown(known, event) {
  return event.count > known.count || (event.count === known.count && (event.until_ms ?? 0) >= (known.until_ms ?? 0));
}

/**
 * @template T
 * @param {T[]} list
 * @param {(item: T) => boolean} reached false up to some item, then true
 */
export function lowerBound(list, reached) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reached(/** @type {T} */ (list[middle]))) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * @param {Event[]} events
 * @param {Filter} filter
 */
export function filtered(events, filter) {
  const search = filter.search.trim().toLowerCase();
  if (!filter.sender && !filter.type && filter.turn === null && !search) return events;
  return events.filter(
    (event) =>
      (!filter.sender || event.sender === filter.sender) &&
      (!filter.type || (filter.type === MARKED ? event.note !== null : event.type === filter.type)) &&
      (filter.turn === null || event.turn === filter.turn) &&
      (!search || `${event.type} ${event.note ?? ""}`.toLowerCase().includes(search)),
  );
}
