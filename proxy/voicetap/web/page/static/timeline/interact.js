/** Wheel, drag, pinch and keys on the timeline, told as zoom, pan, hover and choice. */

/**
 * @typedef {object} Handlers
 * @property {(factor: number, x: number) => void} zoom around a point; below 1: closer
 * @property {(byPixels: number) => void} pan
 * @property {(x: number, y: number) => void} hover
 * @property {() => void} leave
 * @property {(x: number, y: number, twice: boolean) => void} choose
 * @property {(key: string) => boolean} key whether it meant something
 */

const STILL = 4;
const WHEEL = 0.0022;

/**
 * @param {HTMLElement} area what is drawn on
 * @param {HTMLElement} focus what has the keyboard
 * @param {Handlers} on
 */
export function interact(area, focus, on) {
  /** @type {Map<number, {x: number, y: number}>} */
  const pointers = new Map();
  let moved = false;

  const at = (/** @type {MouseEvent} */ event) => {
    const { left, top } = area.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const apart = () => {
    const [a, b] = [...pointers.values()];
    return a && b ? Math.max(1, Math.abs(a.x - b.x)) : 1;
  };
  const centre = () => [...pointers.values()].reduce((sum, point) => sum + point.x, 0) / pointers.size;

  area.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, at(event));
    moved = pointers.size > 1;
    focus.focus({ preventScroll: true });
  });
  area.addEventListener("pointermove", (event) => {
    const point = at(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      on.hover(point.x, point.y);
      return;
    }
    if (!moved && Math.abs(point.x - before.x) < STILL) return;
    if (!moved) area.setPointerCapture(event.pointerId);
    moved = true;
    area.classList.add("dragging");
    on.leave();
    if (pointers.size === 1) {
      pointers.set(event.pointerId, point);
      on.pan(before.x - point.x);
      return;
    }
    const [wide, middle] = [apart(), centre()];
    pointers.set(event.pointerId, point);
    on.pan(middle - centre());
    on.zoom(wide / apart(), centre());
  });
  const up = (/** @type {PointerEvent} */ event) => {
    const held = pointers.delete(event.pointerId);
    if (pointers.size > 0) return;
    area.classList.remove("dragging");
    if (held && !moved && event.type === "pointerup") {
      const { x, y } = at(event);
      on.choose(x, y, false);
    }
  };
  area.addEventListener("pointerup", up);
  area.addEventListener("pointercancel", up);
  area.addEventListener("pointerleave", () => on.leave());
  area.addEventListener("dblclick", (event) => {
    const { x, y } = at(event);
    on.choose(x, y, true);
  });
  area.addEventListener(
    "wheel",
    (event) => {
      const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (sideways) {
        event.preventDefault();
        on.pan(event.deltaX || event.deltaY);
      } else if (event.ctrlKey || event.metaKey || document.activeElement === focus || !scrolls(focus)) {
        event.preventDefault();
        const lines = event.deltaMode === 1 ? 16 : 1;
        const strength = event.ctrlKey && Math.abs(event.deltaY) < 40 ? 4 : 1; // a pinch of the pad comes in small steps
        on.zoom(Math.exp(event.deltaY * lines * strength * WHEEL), at(event).x);
      }
    },
    { passive: false },
  );
  focus.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (on.key(event.key)) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
  focus.addEventListener("blur", () => on.leave());
}

/** Whether anything around can be scrolled upright: then a plain wheel does that, until the timeline is clicked into. @param {HTMLElement} node */
function scrolls(node) {
  for (let at = node.parentElement; at !== null; at = at.parentElement) {
    if (at.scrollHeight > at.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(at).overflowY)) return true;
  }
  const page = document.scrollingElement;
  return page !== null && page.scrollHeight > innerHeight + 1;
}
