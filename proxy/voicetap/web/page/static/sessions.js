/** The list of sessions: how each fares, at a glance; found by words, live or troubled ones alone. */

import { attribute, h, icon, part, say } from "./dom.js";
import { clock, counted, seconds, timeOfDay } from "./format.js";
import { inOrder } from "./store.js";
import { isRunning } from "./clock.js";
import { OBJECTIVE_MS, trouble } from "./words.js";

/**
 * @typedef {import("./types.js").Summary} Summary
 * @typedef {"all"|"live"|"troubled"} Which
 */

/** Of a session, in its line in the list. */
const MOST_TROUBLES = 1;
/** Rows of the list; the operator may have the page keep many more. */
const MOST_ROWS = 300;

/**
 * @param {Iterable<Summary>} sessions
 * @param {Which} which
 * @param {string} search
 * @returns {Summary[]}
 */
export function chosen(sessions, which, search) {
  const words = search.trim().toLowerCase().split(/\s+/).filter(Boolean);
  return inOrder(sessions).filter((one) => {
    if (which === "live" && !isRunning(one)) return false;
    if (which === "troubled" && one.health === "good") return false;
    if (words.length === 0) return true;
    const text = [one.id, one.session_id, one.model, one.transcription_model, one.recording, one.end, one.trace_id, one.state, ...one.troubles.map(trouble)];
    const all = text.join(" ").toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** The model, or the file without its directory. @param {Summary} summary */
export const nameOf = (summary) => summary.recording?.split(/[\\/]/).at(-1) ?? summary.model ?? "unknown model";

export class SessionList {
  /** @param {() => void} changed */
  constructor(changed) {
    this._list = part("sessions-list", HTMLUListElement);
    this._none = part("sessions-none", HTMLElement);
    this._count = part("sessions-count", HTMLElement);
    this._search = part("sessions-search", HTMLInputElement);
    this._filter = part("sessions-filter", HTMLElement);
    /** @type {Which} */
    this._which = "all";
    this._version = "";
    /** @type {Summary[]} */
    this.shown = [];
    /** @type {Map<string, Row>} */
    this._rows = new Map();
    this._search.addEventListener("input", changed);
    this._filter.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (button === null) return;
      this._which = /** @type {Which} */ (button.dataset.filter);
      for (const one of this._filter.querySelectorAll("button")) attribute(one, "aria-pressed", String(one === button));
      changed();
    });
  }

  /**
   * @param {import("./store.js").Store} store
   * @param {import("./clock.js").SessionClocks} clocks
   * @param {string|null} selected
   * @param {number} here milliseconds since 1970
   */
  show(store, clocks, selected, here) {
    const version = `${store.version} ${this._which} ${this._search.value} ${selected}`;
    if (version !== this._version) {
      this._version = version;
      const found = chosen(store.sessions.values(), this._which, this._search.value);
      this.shown = found.slice(0, MOST_ROWS);
      this._arrange(selected);
      this._say(store, found.length);
    }
    for (const summary of this.shown) {
      if (isRunning(summary)) this._rows.get(summary.id)?.tick(clocks.elapsed(summary, here));
    }
  }

  /** @param {string|null} selected */
  _arrange(selected) {
    const ids = new Set(this.shown.map((one) => one.id));
    for (const [id, row] of this._rows) {
      if (ids.has(id)) continue;
      row.node.remove();
      this._rows.delete(id);
    }
    let place = this._list.firstElementChild;
    for (const summary of this.shown) {
      let row = this._rows.get(summary.id);
      if (row === undefined) this._rows.set(summary.id, (row = new Row(summary.id)));
      if (row.node !== place) this._list.insertBefore(row.node, place);
      else place = place.nextElementSibling;
      row.fill(summary, summary.id === selected);
    }
  }

  /**
   * @param {import("./store.js").Store} store
   * @param {number} found
   */
  _say(store, found) {
    const all = [...store.sessions.values()];
    const live = all.filter(isRunning).length;
    const troubled = all.filter((one) => one.health !== "good").length;
    say(this._count, live > 0 ? `${counted(all.length, "session")}, ${live} live` : counted(all.length, "session"));
    const counts = { all: all.length, live, troubled };
    for (const button of this._filter.querySelectorAll("button")) {
      const which = /** @type {Which} */ (button.dataset.filter);
      say(button, `${{ all: "All", live: "Live", troubled: "Troubled" }[which]} ${counts[which]}`);
    }
    const more = found - this.shown.length;
    this._none.hidden = (found > 0 && more === 0) || !store.listed;
    const none = all.length === 0 ? "No session yet." : "No session is like that.";
    say(this._none, more > 0 ? `and ${more} before: find them by words` : none);
  }
}

/** One session in the list. */
class Row {
  /** @param {string} id */
  constructor(id) {
    this._health = h("span", { class: "health" });
    this._name = h("span", { class: "name" });
    this._id = h("code", { class: "row-id" }, id.slice(0, 6));
    this._time = h("span", { class: "time" });
    this._state = h("span", { class: "row-state" });
    this._facts = h("span", { class: "facts" });
    this._troubles = h("span", { class: "row-troubles" });
    this._shown = "";
    this._link = h(
      "a",
      { href: `#/s/${encodeURIComponent(id)}`, class: "session" },
      h("span", { class: "row-top" }, this._name, this._id, this._time),
      h("span", { class: "row-middle" }, this._state, this._facts),
      h("span", { class: "row-bottom" }, this._health, this._troubles),
    );
    this.node = h("li", {}, this._link);
  }

  /**
   * @param {Summary} summary
   * @param {boolean} selected
   */
  fill(summary, selected) {
    attribute(this._link, "aria-current", selected ? "true" : null);
    const key = `${summary.revision} ${summary.duration_ms}`;
    if (key === this._shown) return;
    this._shown = key;
    say(this._name, nameOf(summary));
    attribute(this._name, "title", `${summary.recording ?? nameOf(summary)} ${summary.session_id ?? summary.id}`);
    this._id.hidden = summary.recording !== null;
    this.tick(summary.duration_ms);
    say(this._state, stateWord(summary));
    attribute(this._state, "data-state", summary.recording === null ? summary.state : "recording");
    say(this._facts, facts(summary));
    showHealth(this._health, summary.health);
    const troubles = summary.troubles.slice(0, MOST_TROUBLES).map(trouble);
    const more = summary.troubles.length - troubles.length;
    say(this._troubles, troubles.join(", ") + (more > 0 ? `, ${more} more` : ""));
  }

  /** @param {number|null} elapsed */
  tick(elapsed) {
    say(this._time, elapsed === null ? "" : clock(elapsed));
  }
}

/** @param {Summary} summary */
export function stateWord(summary) {
  if (summary.recording !== null) return "recording";
  return summary.state;
}

/** @param {Summary} summary */
function facts(summary) {
  const said = [summary.purpose === "realtime" || summary.purpose === null ? counted(summary.turns, "turn") : summary.purpose];
  const last = summary.turn_latency_ms?.last ?? null;
  if (last !== null) said.push(`last ${seconds(last)}${last > OBJECTIVE_MS ? " slow" : ""}`);
  if (!isRunning(summary) && summary.recording === null) said.push(timeOfDay(summary.started_at, false));
  return said.join(" · ");
}

/**
 * An icon of its own shape, and the word: never colour alone.
 * @param {HTMLElement} node
 * @param {import("./types.js").Health} health
 */
export function showHealth(node, health) {
  if (node.dataset.health === health) return;
  node.dataset.health = health;
  node.replaceChildren(icon(health), h("span", {}, health));
}
