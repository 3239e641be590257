/** A long list of which only the rows in sight are in the document. */

import { attribute, h } from "./dom.js";

const SPARE = 6;

/** @template T */
export class VirtualList {
  /**
   * @param {HTMLElement} scroller
   * @param {number} rowHeight pixels
   * @param {() => HTMLElement} make an empty row
   * @param {(row: HTMLElement, item: T, index: number) => void} fill
   */
  constructor(scroller, rowHeight, make, fill) {
    this.scroller = scroller;
    this.rowHeight = rowHeight;
    this._make = make;
    this._fill = fill;
    /** @type {T[]} */
    this.items = [];
    /** @type {HTMLElement[]} */
    this._rows = [];
    this._space = h("div", { class: "virtual-space", role: "presentation" });
    scroller.append(this._space);
    scroller.addEventListener("scroll", () => this.render(), { passive: true });
    new ResizeObserver(() => this.render()).observe(scroller);
  }

  /** @param {T[]} items */
  show(items) {
    this.items = items;
    this._space.style.height = `${items.length * this.rowHeight}px`;
    this.render();
  }

  get atEnd() {
    const { scrollTop, clientHeight } = this.scroller;
    return scrollTop + clientHeight >= this.items.length * this.rowHeight - this.rowHeight * 1.5;
  }

  /** Scrolls no further than it takes. @param {number} index */
  reveal(index) {
    const top = index * this.rowHeight;
    const { scrollTop, clientHeight } = this.scroller;
    const inSight = top >= scrollTop + this.rowHeight && top + 2 * this.rowHeight <= scrollTop + clientHeight;
    const rowsBefore = Math.floor(clientHeight / 2 / this.rowHeight) - 1;
    if (!inSight) this.scroller.scrollTop = top - rowsBefore * this.rowHeight;
    this.render();
  }

  toEnd() {
    this.scroller.scrollTop = this.items.length * this.rowHeight;
    this.render();
  }

  render() {
    const { scrollTop, clientHeight } = this.scroller;
    const first = Math.max(0, Math.floor(scrollTop / this.rowHeight) - SPARE);
    const last = Math.min(this.items.length, Math.ceil((scrollTop + clientHeight) / this.rowHeight) + SPARE);
    while (this._rows.length < last - first) {
      const row = this._make();
      this._rows.push(row);
      this._space.append(row);
    }
    for (const [at, row] of this._rows.entries()) {
      const index = first + at;
      row.hidden = index >= last;
      if (row.hidden) continue;
      row.style.transform = `translateY(${index * this.rowHeight}px)`;
      attribute(row, "aria-posinset", index + 1);
      attribute(row, "aria-setsize", this.items.length);
      this._fill(row, /** @type {T} */ (this.items[index]), index);
    }
  }
}
