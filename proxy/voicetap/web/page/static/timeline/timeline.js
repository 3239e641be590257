/** The timeline of the opened session, on its canvas: draws what has changed, and knows what the reader points at. */

import { part } from "../dom.js";
import { palette } from "../theme.js";
import { draw } from "./draw.js";
import { Hatches } from "./hatch.js";
import { momentOf, thingAt, turnOf } from "./hit.js";
import { interact } from "./interact.js";
import { layout } from "./lanes.js";
import { drawMinimap, dragMinimap, HEIGHT } from "./minimap.js";
import { picture } from "./picture.js";
import { said } from "./said.js";
import { span, toMs, toX } from "./scale.js";
import { stepped, steps } from "./steps.js";
import { Tooltip } from "./tooltip.js";
import { Viewport } from "./viewport.js";

/**
 * @typedef {import("./scale.js").Window} Window
 * @typedef {import("../store.js").Opened} Opened
 * @typedef {{turn: (turn: number|null) => void, moment: (ms: number) => void, changed: () => void,
 *   speak: (text: string) => void}} On
 */

/** Below this width of the page the names of lanes stand in them; as in timeline.css. */
const NARROW = 760;
const STEP = 0.15;
const CLOSER = 1 / 1.5;

export class Timeline {
  /** @param {On} on */
  constructor(on) {
    this._on = on;
    this._canvas = part("timeline-canvas", HTMLCanvasElement);
    this._minimap = part("minimap", HTMLCanvasElement);
    this._frame = part("timeline-focus", HTMLElement);
    this._probe = part("probe", HTMLElement);
    this._tooltip = new Tooltip(part("tooltip", HTMLElement));
    this._scale = devicePixelRatio || 1;
    this._palette = palette(this._probe);
    this._hatches = new Hatches(this._palette, this._scale);
    this._layout = layout(false);
    this._picture = picture({ spans: new Map(), marks: new Map(), turns: new Map() });
    this._width = 0;
    this._until = 0;
    this._running = false;
    this._id = "";
    this._version = 0;
    this._drawn = "";
    this.view = new Viewport();
    /** @type {number|null} */
    this.turn = null;
    /** The moment that the event log is at. @type {number|null} */
    this.cursor = null;
    /** What the keyboard is on. @type {string|null} */
    this._focused = null;
    new ResizeObserver(() => this._resize()).observe(this._frame);
    interact(this._canvas, this._frame, {
      zoom: (factor, x) => this.move((view) => view.zoom(factor, x / this._width)),
      pan: (pixels) => this.move((view) => view.pan(pixels / this._width)),
      hover: (x, y) => this._hover(x, y),
      leave: () => this._tooltip.hide(),
      choose: (x, y, twice) => this._choose(x, y, twice),
      key: (key) => this.key(key),
    });
    dragMinimap(this._minimap, {
      extent: () => this.view.extent,
      window: () => this.view.window,
      show: (window) => this.move((view) => view.show(window)),
    });
  }

  /** After the colours have changed. */
  recolour() {
    this._palette = palette(this._probe);
    this._hatches = new Hatches(this._palette, this._scale);
    this._drawn = "";
  }

  /** Whether the session has something, and none of it has a time. */
  get untimed() {
    return this._picture.untimed;
  }

  /**
   * Called for each frame; draws where something differs from the last one.
   * @param {Opened} opened
   * @param {number|null} elapsed
   * @param {boolean} running
   */
  show(opened, elapsed, running) {
    const other = opened.id !== this._id;
    if (other || opened.version !== this._version) {
      this._picture = picture(opened);
      this._version = opened.version;
      this._drawn = "";
    }
    this._running = running;
    this._until = Math.max(elapsed ?? 0, running ? 0 : this._picture.end);
    if (other) {
      this._id = opened.id;
      this._focused = null;
      this.view.begin(this._until, running);
    } else this.view.keepUp(this._until, running);
    const { start, end } = this.view.window;
    // While all stands still but now, it is drawn again when now has come a pixel further.
    const now = running ? Math.round((this._until / (end - start)) * this._width * this._scale) : 0;
    const state = [now, this.view.follow ? now : start, end - start, this.turn, this.cursor, this._focused].join(" ");
    if (this._width === 0 || state === this._drawn) return;
    this._drawn = state;
    this._draw();
  }

  /** @returns {import("./draw.js").Scene} */
  _scene() {
    return {
      context: /** @type {CanvasRenderingContext2D} */ (this._canvas.getContext("2d")),
      window: this.view.window,
      width: this._width,
      layout: this._layout,
      palette: this._palette,
      hatches: this._hatches,
      picture: this._picture,
      until: this._until,
      running: this._running,
      turn: this.turn,
      cursor: this.cursor,
      focused: this._focused,
    };
  }

  _draw() {
    const scene = this._scene();
    scene.context.setTransform(this._scale, 0, 0, this._scale, 0, 0);
    draw(scene);
    const strip = /** @type {CanvasRenderingContext2D} */ (this._minimap.getContext("2d"));
    strip.setTransform(this._scale, 0, 0, this._scale, 0, 0);
    const { extent, window } = this.view;
    drawMinimap(strip, this._minimap.width / this._scale, this._picture, extent, window, this._palette, this._until);
  }

  _resize() {
    const width = this._frame.clientWidth;
    if (width === 0) return;
    this._scale = devicePixelRatio || 1;
    this._width = width;
    this._layout = layout(innerWidth < NARROW);
    size(this._canvas, width, this._layout.height, this._scale);
    size(this._minimap, this._minimap.parentElement?.clientWidth ?? width, HEIGHT, this._scale);
    this.recolour();
    this._on.changed();
  }

  /** Moves the view, and has it drawn. @param {(view: Viewport) => void} how */
  move(how) {
    how(this.view);
    this._on.changed();
  }

  /** From its beginning to its end, or to now. @param {number} turn @returns {Window|null} */
  stretchOf(turn) {
    const found = this._picture.turns.find((one) => one.turn.turn === turn);
    return found === undefined ? null : { start: found.start, end: found.end ?? this._until };
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  _hover(x, y) {
    const thing = thingAt(this._scene(), x, y);
    this._canvas.classList.toggle("on-thing", thing !== null);
    if (thing === null) return this._tooltip.hide();
    const { left, top } = this._canvas.getBoundingClientRect();
    this._tooltip.show(said(thing, this._until), left + x, top + y);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {boolean} twice
   */
  _choose(x, y, twice) {
    const thing = thingAt(this._scene(), x, y);
    const ms = thing === null ? toMs(this.view.window, this._width, x) : momentOf(thing);
    const among = this._picture.turns.findLast((one) => one.start <= ms && ms <= (one.end ?? this._until));
    const turn = (thing === null ? null : turnOf(thing)) ?? among?.turn.turn ?? null;
    this._focused = null;
    this._on.turn(turn);
    this._on.moment(ms);
    const stretch = twice && turn !== null ? this.stretchOf(turn) : null;
    if (stretch !== null) this.move((view) => view.fill(stretch));
  }

  /** @param {string} key @returns {boolean} whether it meant something */
  key(key) {
    /** @type {Record<string, () => void>} */
    const actions = {
      ArrowLeft: () => this.move((view) => view.pan(-STEP)),
      ArrowRight: () => this.move((view) => view.pan(STEP)),
      "+": () => this.move((view) => view.zoom(CLOSER)),
      "=": () => this.move((view) => view.zoom(CLOSER)),
      "-": () => this.move((view) => view.zoom(1 / CLOSER)),
      _: () => this.move((view) => view.zoom(1 / CLOSER)),
      "0": () => this.move((view) => view.fit()),
      Home: () => this.move((view) => view.reveal({ start: 0, end: 0 })),
      End: () => this.move((view) => view.reveal({ start: this._until, end: this._until })),
      ArrowDown: () => this._step(1),
      ArrowUp: () => this._step(-1),
      Enter: () => this._enter(),
    };
    actions[key]?.();
    return key in actions;
  }

  /** To the next bar or mark in time, and says what it is. @param {1|-1} by */
  _step(by) {
    const next = stepped(steps(this._picture, this._until), this._focused, by, this.view.window.start);
    if (next === undefined) return;
    this._focused = next.id;
    this.move((view) => view.reveal({ start: next.at, end: Math.min(next.end, next.at + span(view.window) / 2) }));
    const words = said(next.thing, this._until);
    this._on.speak(`${words.title}. ${words.lines.join(". ")}`);
    const { left, top } = this._canvas.getBoundingClientRect();
    const x = Math.max(toX(this.view.window, this._width, next.at), 0);
    const { y } = "bar" in next.thing ? this._layout.lanes[next.thing.bar.span.lane] : this._layout.marks;
    this._tooltip.show(words, left + x, top + y + 16);
  }

  /** Opens what the keyboard is on. */
  _enter() {
    const found = steps(this._picture, this._until).find((step) => step.id === this._focused);
    if (found === undefined) return;
    this._on.turn(turnOf(found.thing));
    this._on.moment(found.at);
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @param {number} scale
 */
function size(canvas, width, height, scale) {
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}
