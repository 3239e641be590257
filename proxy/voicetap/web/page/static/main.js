/** Puts the page together: what is chosen, what that moves, and one drawing at most for each frame. */

import { isRunning, SessionClocks } from "./clock.js";
import { attribute, h, part, say } from "./dom.js";
import { EventList } from "./events.js";
import { Header } from "./header.js";
import { keys } from "./keys.js";
import { nextPlace, places } from "./places.js";
import { Plots } from "./plots.js";
import { SessionList } from "./sessions.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";
import { tabs } from "./tabs.js";
import { themeSwitch } from "./theme.js";
import { LANES, MARKS_NAME } from "./timeline/lanes.js";
import { Timeline } from "./timeline/timeline.js";
import { TurnPanel } from "./turn.js";
import { TurnTable } from "./turns.js";
import { Welcome } from "./welcome.js";

const TICK_MS = 1000;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const store = new Store();
const clocks = new SessionClocks();
/** @type {string|null} */
let wanted = null;
/** @type {number|null} */
let turn = null;
/** @type {Map<string, import("./places.js").Place>} */
const lastPlaces = new Map();

let asked = 0;
let ticking = 0;
function changed() {
  asked ||= requestAnimationFrame(show);
}

const announce = (/** @type {string} */ text) => say(part("announcer", HTMLElement), text);
const speak = (/** @type {string} */ text) => say(part("spoken", HTMLElement), text);

const sync = new Sync(store, clocks, changed);
const list = new SessionList(changed);
const welcome = new Welcome();
const header = new Header(goToTrouble, announce);
const timeline = new Timeline({ turn: chooseTurn, moment: (ms) => events.showMoment(ms), changed, speak });
const plots = new Plots(part("plots", HTMLElement), part("probe", HTMLElement), part("tooltip", HTMLElement), (chosen) => goToTurn(chosen));
const turnPanel = new TurnPanel((ms) => goToMoment(ms), (chosen) => goToTurn(chosen));
const turnTable = new TurnTable((chosen) => goToTurn(chosen), changed);
const events = new EventList((event) => {
  if (event.turn !== null) chooseTurn(event.turn);
  if (event.at_ms === null) return;
  timeline.cursor = event.at_ms;
  reveal({ start: event.at_ms, end: event.until_ms ?? event.at_ms });
}, changed);
const panels = tabs([part("tab-turn", HTMLElement), part("tab-turns", HTMLElement)], changed);
themeSwitch(part("theme", HTMLElement), () => {
  timeline.recolour();
  plots.recolour();
  changed();
});

/** Draws what has changed since the last frame; each part knows by itself whether that concerns it. */
function show() {
  asked = 0;
  const here = Date.now();
  list.show(store, clocks, wanted, here);
  if (wanted === null) openFirst();
  welcome.show(store, wanted);
  showLink();
  const opened = store.opened?.id === wanted ? store.opened : null;
  // Until another session has come, the one before stays.
  part("opened", HTMLElement).hidden = opened === null && !welcome.loadsNext(store, wanted);
  document.title = opened === null ? "voicetap" : `${part("session-title", HTMLElement).textContent} – voicetap`;
  if (opened !== null) {
    const running = isRunning(opened.summary);
    const elapsed = clocks.elapsed(opened.summary, here);
    if (turn !== null && !opened.turns.has(turn)) turn = null;
    timeline.turn = turn;
    header.show(opened, elapsed);
    plots.show(opened, turn);
    timeline.show(opened, elapsed, running);
    turnPanel.show(opened, turn, running && timeline.view.follow);
    turnTable.show(opened, turn);
    events.show(opened, turn, running);
    showControls(running);
    if (running && timeline.view.follow && !calm.matches && !document.hidden) return changed();
  }
  clearTimeout(ticking);
  if (list.shown.some(isRunning)) ticking = setTimeout(changed, TICK_MS - (here % TICK_MS));
}

function showLink() {
  const link = part("link", HTMLElement);
  attribute(link, "data-link", store.link);
  say(link, { connecting: "Connecting…", live: "Connected", lost: "Connection lost, trying again" }[store.link]);
  say(part("version", HTMLElement), store.product);
  part("content-on", HTMLElement).hidden = !store.content;
}

/** @param {boolean} running */
function showControls(running) {
  const follow = part("follow", HTMLButtonElement);
  follow.hidden = !running;
  attribute(follow, "aria-pressed", String(timeline.view.follow));
  part("untimed", HTMLElement).hidden = !timeline.untimed;
  part("timeline", HTMLElement).classList.toggle("without-times", timeline.untimed);
}

/** @param {number|null} chosen */
function chooseTurn(chosen) {
  turn = chosen;
  if (chosen !== null) panels.first();
  changed();
}

/** @param {number} chosen */
function goToTurn(chosen) {
  chooseTurn(chosen);
  const stretch = timeline.stretchOf(chosen);
  if (stretch === null) return;
  reveal(stretch);
  events.showMoment(stretch.start);
}

/** @param {number} ms */
function goToMoment(ms) {
  timeline.cursor = ms;
  reveal({ start: ms, end: ms });
  events.showMoment(ms);
}

/** Moves the timeline there, if it is not in sight. @param {import("./timeline/scale.js").Window} stretch */
function reveal(stretch) {
  timeline.move((view) => view.reveal(stretch));
}

function toggleFollow() {
  timeline.move((view) => view.setFollow(!view.follow));
}

/** @param {string} kind */
function goToTrouble(kind) {
  if (store.opened === null) return;
  const place = nextPlace(places(store.opened, kind), lastPlaces.get(kind) ?? null);
  if (place === null) return;
  lastPlaces.set(kind, place);
  if (place.turn !== null) chooseTurn(place.turn);
  if (place.ms !== null) goToMoment(place.ms);
}

/** @param {1|-1} by */
function stepTurn(by) {
  const all = [...(store.opened?.turns.keys() ?? [])].sort((a, b) => a - b);
  const here = turn === null ? (by > 0 ? -1 : all.length) : all.indexOf(turn);
  const next = all[here + by];
  if (next !== undefined) goToTurn(next);
}

/** @param {1|-1} by */
function stepSession(by) {
  const here = list.shown.findIndex((one) => one.id === wanted);
  const next = list.shown[here < 0 ? 0 : here + by];
  if (next !== undefined) location.hash = `#/s/${encodeURIComponent(next.id)}`;
}

/** Who comes without saying what for sees what goes on now. */
function openFirst() {
  const [first] = list.shown;
  if (first === undefined) return;
  history.replaceState(null, "", `#/s/${encodeURIComponent(first.id)}`);
  route();
}

/** The session that the address names. @returns {string|null} */
function addressed() {
  const found = /^#\/s\/([^?]+)/.exec(location.hash)?.[1];
  try {
    return found === undefined ? null : decodeURIComponent(found);
  } catch {
    return null; // no address of this page's making
  }
}

function route() {
  const id = addressed();
  if (id !== wanted || !store.listed) {
    wanted = id;
    turn = null;
    timeline.cursor = null;
    lastPlaces.clear();
    sync.follow(id);
  }
  fold(innerWidth < 760 && id !== null);
  changed();
}

const toggle = part("sessions-toggle", HTMLButtonElement);
/** The list of sessions, folded away where it would take the whole screen. @param {boolean} away */
function fold(away) {
  attribute(toggle, "aria-expanded", String(!away));
  part("sessions-panel", HTMLElement).classList.toggle("folded", away);
}
toggle.addEventListener("click", () => fold(toggle.getAttribute("aria-expanded") === "true"));

part("lane-names", HTMLElement).append(...LANES.map(({ lane, name }) => h("li", { "data-lane": lane }, name)), h("li", { "data-lane": "marks" }, MARKS_NAME));
part("follow", HTMLElement).addEventListener("click", () => toggleFollow());
part("zoom-in", HTMLElement).addEventListener("click", () => timeline.key("+"));
part("zoom-out", HTMLElement).addEventListener("click", () => timeline.key("-"));
part("zoom-fit", HTMLElement).addEventListener("click", () => timeline.key("0"));
part("turn-previous", HTMLElement).addEventListener("click", () => stepTurn(-1));
part("turn-next", HTMLElement).addEventListener("click", () => stepTurn(1));
const help = part("help", HTMLDialogElement);
part("help-button", HTMLElement).addEventListener("click", () => help.showModal());
part("help-close", HTMLElement).addEventListener("click", () => help.close());

keys(
  {
    "/": () => {
      fold(false);
      part("sessions-search", HTMLInputElement).focus();
    },
    "?": () => help.showModal(),
    e: () => events.focusSearch(),
    j: () => stepSession(1),
    k: () => stepSession(-1),
    "[": () => stepTurn(-1),
    "]": () => stepTurn(1),
    l: () => toggleFollow(),
    Escape: () => {
      timeline.cursor = null;
      chooseTurn(null);
    },
  },
  (key) => ["+", "=", "-", "_", "0", "ArrowLeft", "ArrowRight"].includes(key) && store.opened !== null && timeline.key(key),
);
addEventListener("hashchange", route);
route();
