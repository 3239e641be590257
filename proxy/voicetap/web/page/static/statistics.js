/** Percentiles, and fewer items that stand for many. Pure. */

/**
 * The value that a share of all values does not exceed, between two of them interpolated.
 * @param {number[]} values in any order
 * @param {number} share 0 to 1
 * @returns {number|null}
 */
export function percentile(values, share) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = /** @type {number} */ (sorted[Math.floor(at)]);
  const high = /** @type {number} */ (sorted[Math.ceil(at)]);
  return low + (high - low) * (at - Math.floor(at));
}

/**
 * At most so many items: the greatest of each run of equal length.
 * @template T
 * @param {T[]} items
 * @param {number} most
 * @param {(item: T) => number} size
 * @returns {T[]}
 */
export function buckets(items, most, size) {
  const each = Math.ceil(items.length / Math.max(most, 1));
  if (each <= 1) return items;
  const found = [];
  for (let i = 0; i < items.length; i += each) {
    found.push(items.slice(i, i + each).reduce((greatest, item) => (size(item) > size(greatest) ? item : greatest)));
  }
  return found;
}
