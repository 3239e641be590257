/** Patterns: what a bar is made of, told without colour. */

/** @typedef {"unheard"|"wait"|"silence"|"underrun"} Kind */

const SIZE = 8;

/** Fill patterns in the colours of one palette, each drawn once. */
export class Hatches {
  /**
   * @param {import("../theme.js").Palette} palette
   * @param {number} scale device pixels per pixel
   */
  constructor(palette, scale) {
    this._palette = palette;
    this._scale = scale;
    /** @type {Map<string, CanvasPattern>} */
    this._made = new Map();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Kind} kind
   * @param {string} colour
   * @returns {CanvasPattern|string}
   */
  fill(context, kind, colour) {
    const key = `${kind} ${colour}`;
    let pattern = this._made.get(key);
    if (pattern === undefined) {
      const made = context.createPattern(this._tile(kind, colour), "repeat");
      if (made === null) return colour;
      made.setTransform(new DOMMatrix().scale(1 / this._scale));
      this._made.set(key, (pattern = made));
    }
    return pattern;
  }

  /**
   * @param {Kind} kind
   * @param {string} colour
   */
  _tile(kind, colour) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = Math.round(SIZE * this._scale);
    const context = /** @type {CanvasRenderingContext2D} */ (tile.getContext("2d"));
    const scale = tile.width / SIZE;
    context.scale(scale, scale);
    context.fillStyle = this._palette.surface;
    context.fillRect(0, 0, SIZE, SIZE);
    context.strokeStyle = context.fillStyle = colour;
    if (kind === "silence") dots(context);
    else if (kind === "underrun") diagonal(context, 3, true);
    else diagonal(context, kind === "unheard" ? 2.4 : 1.2, false);
    return tile;
  }
}

/** @param {CanvasRenderingContext2D} context */
function dots(context) {
  for (const [x, y] of /** @type {[number, number][]} */ ([[2, 2], [6, 6]])) {
    context.beginPath();
    context.arc(x, y, 1.15, 0, 7);
    context.fill();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} width
 * @param {boolean} falling
 */
function diagonal(context, width, falling) {
  context.lineWidth = width;
  context.beginPath();
  for (const offset of [-SIZE, 0, SIZE]) {
    context.moveTo(offset - 1, falling ? -1 : SIZE + 1);
    context.lineTo(offset + SIZE + 1, falling ? SIZE + 1 : -1);
  }
  context.stroke();
}
