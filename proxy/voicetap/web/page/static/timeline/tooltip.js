/** Shows what the pointer or the keyboard is on, beside it and inside the page. */

import { h } from "../dom.js";

const GAP = 14;

export class Tooltip {
  /** @param {HTMLElement} node */
  constructor(node) {
    this._node = node;
    this._shown = "";
  }

  /**
   * @param {import("./said.js").Said} said
   * @param {number} x of the viewport
   * @param {number} y of the viewport
   */
  show(said, x, y) {
    const key = [said.title, ...said.lines].join("\n");
    if (key !== this._shown) {
      this._shown = key;
      this._node.replaceChildren(h("strong", {}, said.title), ...said.lines.map((line) => h("span", {}, line)));
      this._node.dataset.tone = said.tone;
    }
    this._node.hidden = false;
    const { width, height } = this._node.getBoundingClientRect();
    const right = x + GAP + width < innerWidth - 8;
    const left = right ? x + GAP : Math.max(8, x - GAP - width);
    const top = y + GAP + height < innerHeight - 8 ? y + GAP : Math.max(8, y - GAP - height);
    this._node.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hide() {
    this._node.hidden = true;
  }
}
