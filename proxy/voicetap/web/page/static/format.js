/** Numbers as people read them: durations, moments, amounts. Pure. */

const DASH = "–";

/**
 * A moment or length of a call on a clock face: `0:07`, `12:04`, `1:02:33`.
 * @param {number|null|undefined} ms
 * @param {number} [decimals] of a second
 */
export function clock(ms, decimals = 0) {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return DASH;
  const unit = 10 ** decimals;
  const whole = Math.floor((Math.max(0, ms) / 1000) * unit + 1e-6);
  const seconds = (whole / unit) % 60;
  const minutes = Math.floor(whole / unit / 60);
  const tail = seconds.toFixed(decimals).padStart(decimals ? decimals + 3 : 2, "0");
  if (minutes < 60) return `${minutes}:${tail}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${tail}`;
}

/**
 * How long something took, as spoken: `0.62 s`, `12.4 s`, `3 min 5 s`.
 * @param {number|null|undefined} ms
 */
export function seconds(ms) {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return DASH;
  if (ms === 0) return "0 s";
  const s = ms / 1000;
  if (s < 9.995) return `${s.toFixed(2)} s`;
  if (s < 59.95) return `${s.toFixed(1)} s`;
  const whole = Math.round(s);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/**
 * A count in three digits or so: `812`, `12.4 k`, `1.3 M`.
 * @param {number|null|undefined} count
 */
export function amount(count) {
  if (count === null || count === undefined || !Number.isFinite(count)) return DASH;
  if (count < 1000) return String(Math.round(count));
  const [unit, sign] = count < 999_500 ? [1e3, "k"] : [1e6, "M"];
  const value = count / unit;
  return `${value < 99.95 ? value.toFixed(1) : value.toFixed(0)} ${sign}`;
}

/**
 * US dollars; small sums with as many decimals as they need.
 * @param {number|null|undefined} usd
 */
export function money(usd) {
  if (usd === null || usd === undefined || !Number.isFinite(usd)) return DASH;
  if (usd === 0) return "$0";
  return `$${usd < 0.095 ? usd.toPrecision(2) : usd.toFixed(2)}`;
}

/**
 * A part of a whole in per cent, or nothing where there is no whole.
 * @param {number} part
 * @param {number} whole
 */
export function share(part, whole) {
  if (!(whole > 0)) return "";
  const percent = (100 * part) / whole;
  return percent > 0 && percent < 1 ? "< 1 %" : `${Math.round(percent)} %`;
}

/**
 * The time of day in the reader's own clock.
 * @param {string|null} iso
 * @param {boolean} [withSeconds]
 */
export function timeOfDay(iso, withSeconds = true) {
  const at = iso === null ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(at)) return DASH;
  const date = new Date(at);
  const time = date.toLocaleTimeString(undefined, {
    hour: "2-digit",
    minute: "2-digit",
    ...(withSeconds ? { second: "2-digit" } : {}),
    hour12: false,
  });
  const today = new Date().toDateString() === date.toDateString();
  return today ? time : `${date.toLocaleDateString(undefined, { day: "numeric", month: "short" })}, ${time}`;
}

/**
 * An id short enough for a line, its end whole: people tell ids apart by their ends.
 * @param {string} id
 * @param {number} [longest]
 */
export function shortId(id, longest = 14) {
  return id.length <= longest ? id : `${id.slice(0, 5)}…${id.slice(-(longest - 6))}`;
}

/**
 * "1 turn", "3 turns".
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * What somebody wrote, to stand among words of the page: if it goes from right to left, they do not.
 * @param {string} text
 */
export function isolated(text) {
  return /^[ -~]*$/.test(text) ? text : `\u2068${text}\u2069`;
}
