/** Keys that work anywhere on the page, but not while somebody writes. */

/** What was searched for goes, so that no list stays short for a reason that is forgotten. @param {HTMLElement} field */
function leave(field) {
  if (field instanceof HTMLInputElement && field.value !== "") {
    field.value = "";
    field.dispatchEvent(new Event("input"));
  }
  field.blur();
}

/**
 * @param {Record<string, () => void>} actions by key
 * @param {(key: string) => boolean} otherwise tried where no action has the key; whether it meant something
 */
export function keys(actions, otherwise) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]") !== null) return;
    const target = event.target;
    if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) {
      if (event.key === "Escape") leave(target);
      return;
    }
    const action = actions[event.key];
    if (action !== undefined) action();
    else if (!otherwise(event.key)) return;
    event.preventDefault();
  });
}
