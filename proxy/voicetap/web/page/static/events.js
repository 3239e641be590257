/** The event log: every event in its order, frequent ones folded; filtered, searched, and tied to the timeline. */

import { attribute, h, icon, part, say } from "./dom.js";
import { clock } from "./format.js";
import { filtered, lowerBound, MARKED } from "./eventlog.js";
import { VirtualList } from "./virtual.js";

/**
 * @typedef {import("./types.js").Event} Event
 * @typedef {import("./store.js").Opened} Opened
 */

const ROW = 24;
/** Moments are said to a tenth of a millisecond. */
const SAME_MS = 0.2;

export class EventList {
  /**
   * @param {(event: Event) => void} chosen
   * @param {() => void} changed
   */
  constructor(chosen, changed) {
    this._scroller = part("events", HTMLElement);
    this._count = part("events-count", HTMLElement);
    this._none = part("events-none", HTMLElement);
    this._sender = part("events-sender", HTMLSelectElement);
    this._type = part("events-type", HTMLSelectElement);
    this._search = part("events-search", HTMLInputElement);
    this._only = part("events-turn", HTMLButtonElement);
    this._chosen = chosen;
    /** @type {number|null} */
    this._selected = null;
    /** @type {number|null} */
    this._turn = null;
    this._onlyTurn = false;
    this._tail = false;
    this._running = false;
    this._shown = "";
    this._types = "";
    /** @type {VirtualList<Event>} */
    this._list = new VirtualList(this._scroller, ROW, blank, (row, event, index) => this._fill(row, event, index));
    for (const field of [this._sender, this._type, this._search]) field.addEventListener("input", changed);
    this._only.addEventListener("click", () => {
      this._onlyTurn = !this._onlyTurn;
      changed();
    });
    this._scroller.addEventListener("click", (event) => {
      const row = event.target instanceof Element ? event.target.closest("[data-index]") : null;
      const item = row instanceof HTMLElement ? this._list.items[Number(row.dataset.index)] : undefined;
      if (item !== undefined) this._choose(item);
    });
    this._scroller.addEventListener("scroll", () => (this._tail = this._running && this._list.atEnd), { passive: true });
    this._scroller.addEventListener("keydown", (event) => this._key(event));
  }

  focusSearch() {
    this._search.focus();
  }

  /**
   * @param {Opened} opened
   * @param {number|null} turn
   * @param {boolean} running then the latest are shown, as long as the reader stays with them
   */
  show(opened, turn, running) {
    if (turn !== this._turn) this._onlyTurn = this._onlyTurn && turn !== null;
    this._turn = turn;
    const filter = { sender: this._sender.value, type: this._type.value, turn: this._onlyTurn ? turn : null, search: this._search.value };
    const state = `${opened.id} ${opened.events.version} ${turn} ${JSON.stringify(filter)}`;
    if (state === this._shown) return;
    const other = !this._shown.startsWith(`${opened.id} `);
    if (other) this._selected = null;
    this._shown = state;
    this._showTypes(opened);
    this._only.hidden = turn === null;
    say(this._only, `only turn ${turn}`);
    attribute(this._only, "aria-pressed", String(this._onlyTurn));
    this._running = running;
    if (other) {
      this._scroller.scrollTop = 0;
      this._tail = running;
    }
    const items = filtered(opened.events.list, filter);
    this._list.show(items);
    if (this._tail) this._list.toEnd();
    const all = opened.events.list.length;
    const dropped = opened.dropped.events > 0 ? `, ${opened.dropped.events} older not kept` : "";
    say(this._count, `${items.length === all ? all : `${items.length} of ${all}`}${dropped}`);
    this._none.hidden = items.length > 0;
    say(this._none, all === 0 ? "No event yet." : "No event is like that.");
  }

  /** @param {Opened} opened */
  _showTypes(opened) {
    const types = opened.events.types();
    const key = types.map(([type]) => type).join("\n");
    if (key === this._types) return;
    this._types = key;
    const chosen = this._type.value;
    const option = (/** @type {string} */ value, /** @type {string} */ text) => h("option", { value, selected: value === chosen }, text);
    this._type.replaceChildren(option("", "all types"), option(MARKED, "only with a note"), ...types.map(([type]) => option(type, type)));
  }

  /** The entry that was under way at this time, without telling anybody. @param {number} ms */
  showMoment(ms) {
    const after = lowerBound(this._list.items, (event) => event.at_ms !== null && event.at_ms > ms + 0.5);
    const last = Math.max(0, after - 1);
    const index = this._telling(last, ms);
    const event = this._list.items[index];
    if (event === undefined) return;
    this._selected = event.n;
    this._list.reveal(index);
    this._activate();
  }

  /**
   * Of entries at the same time the first that has a note, for that is what one comes for; else the last.
   * @param {number} last
   * @param {number} ms
   */
  _telling(last, ms) {
    const same = lowerBound(this._list.items, (event) => event.at_ms !== null && event.at_ms >= ms - SAME_MS);
    const noted = this._list.items.slice(same, last + 1).findIndex((event) => event.note !== null);
    return noted < 0 ? last : same + noted;
  }

  /** @param {Event} event */
  _choose(event) {
    this._selected = event.n;
    this._list.render();
    this._activate();
    this._chosen(event);
  }

  /** Tells who listens rather than looks which row it is. */
  _activate() {
    attribute(this._scroller, "aria-activedescendant", this._selected === null ? null : `event-${this._selected}`);
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    const page = Math.max(1, Math.floor(this._scroller.clientHeight / ROW) - 1);
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const by = moves[event.key];
    if (by === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const { items } = this._list;
    const here = this._selected === null ? -1 : lowerBound(items, (one) => one.n >= (this._selected ?? 0));
    const index = Math.min(Math.max(here + by, 0), items.length - 1);
    const item = items[index];
    if (item === undefined) return;
    this._selected = item.n;
    this._list.reveal(index);
    this._choose(item);
  }

  /**
   * @param {HTMLElement} row
   * @param {Event} event
   * @param {number} index
   */
  _fill(row, event, index) {
    const [at, sender, type, count, turn, note] = /** @type {HTMLElement[]} */ ([...row.children]);
    attribute(row, "data-index", index);
    attribute(row, "id", `event-${event.n}`);
    attribute(row, "aria-selected", String(event.n === this._selected));
    attribute(row, "data-turn", event.turn !== null && event.turn === this._turn ? "this" : null);
    attribute(row, "data-note", event.note === null ? null : /^(unknown|malformed)/.exec(event.note)?.[0] ?? "other");
    say(/** @type {HTMLElement} */ (at), clock(event.at_ms, 3));
    showSender(/** @type {HTMLElement} */ (sender), event.sender);
    showType(/** @type {HTMLElement} */ (type), event.type);
    say(/** @type {HTMLElement} */ (count), event.count > 1 ? `×${event.count}` : "");
    say(/** @type {HTMLElement} */ (turn), event.turn === null ? "" : `turn ${event.turn}`);
    say(/** @type {HTMLElement} */ (note), event.note ?? "");
  }
}

function blank() {
  const cells = ["at", "sender", "type", "count", "of-turn", "note"].map((name) => h("span", { class: name }));
  return h("div", { class: "event", role: "option" }, ...cells);
}

/**
 * Where there is no room for all of it, its last part stays: `.completed` or `.failed`.
 * @param {HTMLElement} cell
 * @param {string} type
 */
function showType(cell, type) {
  if (cell.title === type) return;
  cell.title = type;
  const dot = Math.max(type.lastIndexOf("."), 0);
  cell.style.setProperty("--tail", `${type.length - dot}ch`);
  cell.replaceChildren(h("span", { class: "head" }, type.slice(0, dot)), type.slice(dot));
}

/**
 * @param {HTMLElement} cell
 * @param {"client"|"server"} sender
 */
function showSender(cell, sender) {
  if (cell.dataset.sender === sender) return;
  cell.dataset.sender = sender;
  cell.replaceChildren(icon(sender), h("span", {}, sender));
}
