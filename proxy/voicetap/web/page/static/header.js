/** The head of the opened session: what it is, how it fares, what it came to. */

import { detailName, detailValue } from "./captions.js";
import { attribute, h, icon, part, say } from "./dom.js";
import { amount, clock, counted, money, seconds, share, shortId, timeOfDay } from "./format.js";
import { endedHow } from "./ending.js";
import { rateLimits } from "./limits.js";
import { trouble } from "./words.js";
import { isRunning } from "./clock.js";
import { nameOf, showHealth, stateWord } from "./sessions.js";

/**
 * @typedef {import("./store.js").Opened} Opened
 * @typedef {import("./types.js").Summary} Summary
 */

/** A number and its unit stay on one line. */
const UNIT_SPACE = /(?<=\d) (?=(?:s|min|h|k|M)\b|%)/g;

const FIGURES = /** @type {const} */ ([
  ["duration", "Duration"],
  ["turns", "Turns"],
  ["latency", "Turn latency"],
  ["cut", "Cut off"],
  ["unheard", "Unheard"],
  ["tokens", "Tokens"],
  ["cost", "Cost"],
  ["limits", "Rate limit"],
]);

export class Header {
  /**
   * @param {(kind: string) => void} goTo the next place where this trouble was
   * @param {(text: string) => void} announce
   */
  constructor(goTo, announce) {
    this._title = part("session-title", HTMLElement);
    this._state = part("session-state", HTMLElement);
    this._health = part("session-health", HTMLElement);
    this._ids = part("session-ids", HTMLElement);
    this._about = part("session-about", HTMLElement);
    this._troubles = part("session-troubles", HTMLElement);
    this._announce = announce;
    this._shown = "";
    this._id = "";
    this._said = "";
    /** @type {Record<string, {value: HTMLElement, note: HTMLElement}>} */
    this._figures = {};
    const list = part("figures", HTMLElement);
    for (const [key, name] of FIGURES) {
      const [value, note] = [h("dd", { class: "value" }), h("dd", { class: "note" })];
      this._figures[key] = { value, note };
      list.append(h("div", { class: `figure figure-${key}` }, h("dt", {}, name), value, note));
    }
    this._troubles.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (button?.dataset.kind) goTo(button.dataset.kind);
    });
  }

  /**
   * @param {Opened} opened
   * @param {number|null} elapsed
   */
  show(opened, elapsed) {
    const { summary } = opened;
    this._figure("duration", clock(elapsed), expiry(summary));
    const shown = `${opened.id} ${opened.version}`;
    if (shown === this._shown) return;
    this._shown = shown;
    say(this._title, nameOf(summary));
    attribute(this._title, "title", summary.recording);
    say(this._state, stateWord(summary));
    attribute(this._state, "data-state", summary.recording === null ? summary.state : "recording");
    showHealth(this._health, summary.health);
    say(this._about, about(opened));
    this._showIds(summary);
    this._showTroubles(summary);
    this._showFigures(opened);
    this._id = opened.id;
  }

  /** @param {Summary} summary */
  _showIds(summary) {
    const ids = [
      ["connection", summary.id],
      ["session", summary.session_id],
      ["trace", summary.trace_id],
    ].flatMap(([name, id]) => (name && id ? [{ name, id }] : []));
    if (this._ids.dataset.ids === JSON.stringify(ids)) return;
    this._ids.dataset.ids = JSON.stringify(ids);
    this._ids.replaceChildren(
      ...ids.map(({ name, id }) => {
        const button = h("button", { type: "button", class: "id", title: `Copy the ${name} id ${id}`, "aria-label": `Copy the ${name} id ${id}` }, `${name} `, h("code", {}, shortId(id)), icon("copy"));
        button.addEventListener("click", () => {
          void navigator.clipboard?.writeText(id).then(() => this._announce(`Copied the ${name} id`));
        });
        return h("li", {}, button);
      }),
    );
  }

  /** @param {Summary} summary */
  _showTroubles(summary) {
    const words = summary.troubles.map(trouble);
    const key = words.join(", ");
    const kinds = summary.troubles.map((one) => one.kind).join(" ");
    if (this._troubles.dataset.kinds !== kinds) {
      this._troubles.dataset.kinds = kinds;
      this._troubles.replaceChildren(
        ...summary.troubles.map(({ kind }) => h("button", { type: "button", class: "trouble", "data-kind": kind, title: "Go to the next place" })),
      );
    }
    for (const [i, button] of [...this._troubles.children].entries()) say(button, words[i] ?? "");
    if (this._id === summary.id && key !== this._said && key !== "") this._announce(`Troubles: ${key}`);
    this._said = key;
  }

  /** @param {Opened} opened */
  _showFigures({ summary, figures }) {
    const latency = summary.turn_latency_ms;
    this._figure("turns", String(summary.turns), summary.tool_calls > 0 ? counted(summary.tool_calls, "tool call") : "");
    this._figure("latency", seconds(latency?.p50), latency ? `p95 ${seconds(latency.p95)} · last ${seconds(latency.last)}` : "median");
    this._figure("cut", String(summary.interruptions), counted(summary.truncations, "truncation"));
    const { unheard_audio_seconds: unheard, generated_audio_seconds: generated, tokens } = figures;
    this._figure("unheard", seconds(unheard * 1000), generated > 0 ? `${share(unheard, generated) || "0 %"} of ${seconds(generated * 1000)}` : "no audio");
    const cached = tokens.input_cached ?? 0;
    this._figure("tokens", `${amount(tokens.input ?? 0)} in`, `${amount(tokens.output ?? 0)} out${cached > 0 ? ` · ${share(cached, tokens.input ?? 0)} cached` : ""}`);
    this._figure("cost", money(summary.cost_usd), summary.cost_usd === null ? "no price" : "estimated");
    this._showLimits(figures.rate_limits);
  }

  /** The one that is nearest to its end in large. @param {Record<string, import("./types.js").RateLimit>} all */
  _showLimits(all) {
    const limits = rateLimits(all);
    const [first] = limits;
    const figure = this._figures.limits;
    const box = figure?.value.parentElement;
    if (figure === undefined || !box) return;
    box.hidden = first === undefined;
    if (first === undefined) return;
    this._figure("limits", `${first.left} left`, `of ${first.name}`);
    attribute(box, "title", limits.map(({ said }) => said).join("\n"));
  }

  /**
   * @param {string} key
   * @param {string} value
   * @param {string} note
   */
  _figure(key, value, note) {
    const figure = this._figures[key];
    if (figure === undefined) return;
    say(figure.value, value);
    say(figure.note, note.replaceAll(UNIT_SPACE, "\u00a0"));
  }
}

/** @param {Opened} opened */
function about({ summary, configuration }) {
  const said = [];
  if (summary.recording !== null && summary.model !== null) said.push(summary.model);
  if (summary.started_at !== null) said.push(`${summary.recording === null ? "began" : "recorded"} ${timeOfDay(summary.started_at)}`);
  if (!isRunning(summary)) said.push(endedHow(summary));
  if (summary.purpose !== null && summary.purpose !== "realtime") said.push(summary.purpose);
  if (summary.transcription_model !== null) said.push(`transcribed by ${summary.transcription_model}`);
  for (const [name, value] of Object.entries(configuration)) {
    if (value !== null && value !== "" && !KNOWN.has(name)) said.push(`${detailName(name)} ${detailValue(name, value)}`);
  }
  return said.join(" · ");
}

/** What of the configuration is said elsewhere. */
const KNOWN = new Set(["model", "model_confirmed", "transcribes", "transcription_model", "purpose", "session_id", "expires_at"]);

/** @param {Summary} summary */
function expiry(summary) {
  if (!isRunning(summary) || summary.expires_at === null) return "";
  const left = Date.parse(summary.expires_at) - Date.now();
  return left > 0 ? `${clock(left)} left` : "expired";
}
