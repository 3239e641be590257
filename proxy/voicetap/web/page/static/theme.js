/** Dark or light: the reader's system decides, unless the reader does. And the colours, for what is drawn on canvas. */

const KEY = "voicetap.theme";
const CHOICES = /** @type {const} */ (["auto", "light", "dark"]);
const NAMES = { auto: "as the system", light: "light", dark: "dark" };

/** @typedef {typeof CHOICES[number]} Choice */

const TOKENS = /** @type {const} */ ([
  "bg", "surface", "line", "line-strong", "text", "muted", "user", "user-soft", "agent", "agent-soft",
  "tool", "bad", "bad-soft", "warn-mark", "on-solid", "accent", "selected", "rest",
]);

/** @typedef {Record<typeof TOKENS[number], string>} Palette */

/** @returns {Choice} */
function stored() {
  try {
    const choice = localStorage.getItem(KEY);
    return CHOICES.find((one) => one === choice) ?? "auto";
  } catch {
    return "auto"; // storage may be forbidden
  }
}

/** @param {Choice} choice */
function store(choice) {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // then it holds until the page is left
  }
}

/**
 * Makes the button step through the choices.
 * @param {HTMLElement} button
 * @param {() => void} changed after the colours have changed
 */
export function themeSwitch(button, changed) {
  let choice = stored();
  const apply = () => {
    document.documentElement.dataset.theme = choice;
    button.dataset.choice = choice;
    button.setAttribute("aria-label", `Colours: ${NAMES[choice]}`);
    button.title = `Colours: ${NAMES[choice]}`;
    changed();
  };
  button.addEventListener("click", () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length] ?? "auto";
    store(choice);
    apply();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  apply();
}

/**
 * The style sheet's colours as they are now.
 * @param {HTMLElement} probe an element without use of its own
 * @returns {Palette}
 */
export function palette(probe) {
  const colours = /** @type {Palette} */ ({});
  for (const token of TOKENS) {
    probe.style.color = `var(--${token})`;
    colours[token] = getComputedStyle(probe).color;
  }
  return colours;
}
