/** What stands where a session would: how to get one here, or why it is not there. */

import { h, part } from "./dom.js";

/** @typedef {import("./store.js").Store} Store */

const EXAMPLE = [
  ["Point your client at voicetap", "Use voicetap's address (--listen) in place of the API's; key, path and query stay as they are.", "wss://api.openai.com/v1/realtime?model=…\nws://127.0.0.1:8080/v1/realtime?model=…"],
  ["Or see one without a key", "A simulated server, scripted callers with different troubles, and this page.", "voicetap demo"],
  ["Or look at a recording", "What --record has kept opens in a page of its own.", "voicetap replay FILE --open"],
];

export class Welcome {
  constructor() {
    this._root = part("welcome", HTMLElement);
    this._shown = "";
  }

  /**
   * @param {Store} store
   * @param {string|null} wanted
   */
  show(store, wanted) {
    const opened = store.opened !== null && store.opened.id === wanted;
    const kind = opened || this.loadsNext(store, wanted) ? "none" : store.missing !== null ? "missing" : !store.listed || wanted !== null ? "wait" : "empty";
    if (kind === this._shown) return;
    this._shown = kind;
    this._root.hidden = kind === "none";
    if (kind === "none") return;
    this._root.replaceChildren(...this._parts(kind));
  }

  /**
   * Whether one session is shown and another will be in a moment.
   * @param {Store} store
   * @param {string|null} wanted
   */
  loadsNext(store, wanted) {
    return store.opened !== null && wanted !== null && store.missing === null;
  }

  /** @param {string} kind */
  _parts(kind) {
    if (kind === "wait") return [h("p", { class: "quiet" }, "Loading…")];
    if (kind === "missing") {
      return [h("h2", {}, "This session is not kept any more"), h("p", {}, "The page keeps the latest sessions, until voicetap ends. Recordings last longer: see voicetap serve --record.")];
    }
    return [
      h("h2", {}, "No session yet"),
      h("p", {}, "As soon as a client connects through voicetap, its call is drawn here as it happens."),
      h("ol", { class: "ways" }, ...EXAMPLE.map(([title, words, code]) => h("li", {}, h("h3", {}, title ?? ""), h("p", {}, words ?? ""), h("pre", {}, h("code", {}, code ?? ""))))),
    ];
  }
}
