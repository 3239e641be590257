/** Tabs: one of several panels in sight; arrows go from tab to tab. */

import { attribute, part } from "./dom.js";

/**
 * @param {HTMLElement[]} all each with the id of its panel in aria-controls
 * @param {() => void} changed
 */
export function tabs(all, changed) {
  const choose = (/** @type {HTMLElement} */ chosen) => {
    for (const tab of all) {
      attribute(tab, "aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      part(tab.getAttribute("aria-controls") ?? "", HTMLElement).hidden = tab !== chosen;
    }
    changed();
  };
  for (const [i, tab] of all.entries()) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (by === undefined) return;
      event.stopPropagation();
      event.preventDefault();
      const next = all[(i + by + all.length) % all.length];
      if (next === undefined) return;
      choose(next);
      next.focus();
    });
  }
  const [first] = all;
  return { first: () => first !== undefined && first.getAttribute("aria-selected") !== "true" && choose(first) };
}
