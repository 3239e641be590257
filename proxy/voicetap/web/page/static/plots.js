/** Small plots of a session's latencies: each turn a bar split by what the time went to, and three rows of dots. */

import { h, say } from "./dom.js";
import { seconds } from "./format.js";
import { buckets, percentile } from "./statistics.js";
import { palette } from "./theme.js";
import { FONT } from "./timeline/draw.js";
import { Hatches } from "./timeline/hatch.js";
import { Tooltip } from "./timeline/tooltip.js";
import { latencyParts, OBJECTIVE_MS, waited } from "./words.js";

/**
 * @typedef {import("./store.js").Opened} Opened
 * @typedef {import("./types.js").Turn} Turn
 * @typedef {import("./theme.js").Palette} Palette
 */

const HEIGHT = 72;
const FLOOR = HEIGHT - 4;
const CEILING = 12;
const WIDEST = 22;
const NARROWEST = 4;
/** Milliseconds that the plot shows at least, so that quick sessions look quick. */
const LEAST_TOP = 2000;
/** Taller bars are cut there and say what they are, so that one long wait does not flatten all others. */
const MOST_TOP = 3500;

const DOTS = /** @type {const} */ ([
  ["first_audio", "First audio", "response requested to its first audio", "agent"],
  ["transcription", "Transcription", "commit to its result", "user"],
  ["tool", "Tool round trip", "call to its output", "tool"],
]);

export class Plots {
  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} probe
   * @param {HTMLElement} tooltip
   * @param {(turn: number) => void} choose
   */
  constructor(root, probe, tooltip, choose) {
    this._probe = probe;
    this._tooltip = new Tooltip(tooltip);
    this._drawn = "";
    this._bars = canvas("Latency of each turn; the same is in the table of turns");
    this._about = h("span", { class: "quiet" });
    const key = [["vad", "silence"], ["model", "model"], ["tools", "tools"], ["rest", "rest"]].map(([kind, name]) =>
      h("li", {}, h("i", { class: `swatch latency-${kind}` }), name ?? ""),
    );
    root.append(
      h("figure", { class: "plot plot-turns" }, h("figcaption", {}, h("h3", {}, "Latency per turn"), this._about, h("ul", { class: "legend" }, ...key)), this._bars),
    );
    this._dots = DOTS.map(([field, name, meaning, colour]) => {
      const figures = h("span", { class: "plot-figures" });
      const picture = canvas(`${name}: ${meaning}`);
      root.append(h("figure", { class: "plot", title: `${name}: ${meaning}` }, h("figcaption", {}, h("h3", {}, name)), figures, picture));
      return { field, colour, figures, picture };
    });
    /** @type {{turn: Turn, left: number, right: number}[]} */
    this._places = [];
    this._bars.addEventListener("pointermove", (event) => this._hover(event));
    this._bars.addEventListener("pointerleave", () => this._tooltip.hide());
    this._bars.addEventListener("click", (event) => {
      const turn = this._at(event);
      if (turn !== null) choose(turn.turn);
    });
    this.recolour();
    new ResizeObserver(() => (this._drawn = "")).observe(root);
  }

  recolour() {
    this._palette = palette(this._probe);
    this._hatches = new Hatches(this._palette, devicePixelRatio || 1);
    this._drawn = "";
  }

  /**
   * @param {Opened} opened
   * @param {number|null} selected
   */
  show(opened, selected) {
    const state = `${opened.id} ${opened.version} ${selected}`;
    if (state === this._drawn) return;
    this._drawn = state;
    this._drawBars([...opened.turns.values()].filter((turn) => turn.latency?.total_ms != null), selected);
    for (const { field, colour, figures, picture } of this._dots) {
      const values = opened.figures.latencies[field].map(([, ms]) => ms);
      const [p50, p95] = [percentile(values, 0.5), percentile(values, 0.95)];
      say(figures, values.length === 0 ? "none" : `p50 ${seconds(p50)} · p95 ${seconds(p95)}`);
      drawDots(picture, values, /** @type {Palette} */ (this._palette)[colour], /** @type {Palette} */ (this._palette));
    }
  }

  /**
   * @param {Turn[]} turns
   * @param {number|null} selected
   */
  _drawBars(turns, selected) {
    const colours = /** @type {Palette} */ (this._palette);
    const { context, width } = prepared(this._bars);
    const room = width - 34;
    const groups = buckets(turns, Math.floor(room / NARROWEST), (turn) => turn.latency?.total_ms ?? 0);
    const each = Math.ceil(turns.length / Math.max(groups.length, 1));
    say(this._about, turns.length === 0 ? "none measured" : each > 1 ? `each bar the slowest of ${each} turns` : "");
    const highest = turns.reduce((most, turn) => Math.max(most, turn.latency?.total_ms ?? 0), 0);
    const top = Math.min(Math.max(LEAST_TOP, highest), MOST_TOP);
    const y = (/** @type {number} */ ms) => FLOOR - (Math.min(ms, top) / top) * (FLOOR - CEILING);
    const pitch = Math.min(WIDEST, room / Math.max(groups.length, 1));
    const thick = Math.max(pitch - (pitch > 8 ? 3 : 1), 1);
    context.fillStyle = colours.line;
    context.fillRect(0, FLOOR, room, 1);
    this._places = groups.map((turn, i) => {
      const left = i * pitch;
      const latency = /** @type {import("./types.js").Latency} */ (turn.latency);
      const total = latency.total_ms ?? 0;
      if (turn.turn === selected) {
        context.fillStyle = colours.selected;
        context.fillRect(left - 1, 0, thick + 2, HEIGHT);
      }
      let from = 0;
      for (const { kind, ms } of parts(latency, total)) {
        context.fillStyle = this._fill(context, kind);
        const bottom = y(from);
        const height = Math.max(bottom - y(from + ms), 0);
        context.fillRect(left, bottom - height, thick, Math.max(height - (height > 4 ? 1 : 0), 0));
        from += ms;
      }
      if (total > OBJECTIVE_MS) {
        context.fillStyle = colours.bad;
        context.fillRect(left, y(total) - 4, thick, 2.5);
      }
      if (total > top && thick > 6) context.fillText(seconds(total), left + thick + 3, CEILING + 1);
      return { turn, left, right: left + pitch };
    });
    objective(context, room, y(OBJECTIVE_MS), colours);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {string} kind
   */
  _fill(context, kind) {
    const colours = /** @type {Palette} */ (this._palette);
    if (kind === "vad") return /** @type {Hatches} */ (this._hatches).fill(context, "silence", colours.user);
    return kind === "model" ? colours.agent : kind === "tools" ? colours.tool : colours.rest;
  }

  /** @param {MouseEvent} event */
  _at(event) {
    const x = event.clientX - this._bars.getBoundingClientRect().left;
    return this._places.find(({ left, right }) => x >= left && x < right)?.turn ?? null;
  }

  /** @param {MouseEvent} event */
  _hover(event) {
    const turn = this._at(event);
    if (turn === null) return this._tooltip.hide();
    this._tooltip.show({ title: `Turn ${turn.turn}`, lines: [waited(turn.latency) ?? ""], tone: "plain" }, event.clientX, event.clientY);
  }
}

/**
 * What is known of it; what the parts do not account for is the rest.
 * @param {import("./types.js").Latency} latency
 * @param {number} total
 */
function parts(latency, total) {
  const known = latencyParts(latency);
  const left = total - known.reduce((sum, part) => sum + part.ms, 0);
  return left > 1 ? [...known, { kind: "rest", ms: left }] : known;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} width
 * @param {number} y
 * @param {Palette} colours
 */
function objective(context, width, y, colours) {
  context.strokeStyle = context.fillStyle = colours.muted;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(0, Math.round(y) + 0.5);
  context.lineTo(width, Math.round(y) + 0.5);
  context.stroke();
  context.setLineDash([]);
  context.fillText(seconds(OBJECTIVE_MS).replace("0 s", " s"), width + 5, y + 0.5);
}

/**
 * @param {HTMLCanvasElement} picture
 * @param {number[]} values
 * @param {string} colour
 * @param {Palette} colours
 */
function drawDots(picture, values, colour, colours) {
  const { context, width, height } = prepared(picture);
  const last = values.slice(-Math.floor(width / 3));
  const top = Math.max(...last, 1) * 1.1;
  const pitch = Math.min(10, width / Math.max(last.length, 1));
  const floor = height - 3;
  context.fillStyle = colours.line;
  context.fillRect(0, floor + 2, width, 1);
  for (const [i, ms] of last.entries()) {
    context.fillStyle = colour;
    context.beginPath();
    context.arc(3 + i * pitch, floor - (ms / top) * (floor - 4), 2, 0, 7);
    context.fill();
  }
}

/** @param {string} label */
function canvas(label) {
  return h("canvas", { role: "img", "aria-label": label });
}

/** As large as it stands on the page, and empty. @param {HTMLCanvasElement} picture */
function prepared(picture) {
  const scale = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = picture;
  if (picture.width !== Math.round(width * scale)) picture.width = Math.round(width * scale);
  if (picture.height !== Math.round(height * scale)) picture.height = Math.round(height * scale);
  const context = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d"));
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = FONT;
  context.textBaseline = "middle";
  return { context, width, height };
}
