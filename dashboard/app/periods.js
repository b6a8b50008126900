/** Periods of packs: whole hours, from the start of the first to the last second of the last. */

/**
 * @typedef {{period_start: string, period_end: string, hours: number, shortened: boolean}} Period
 *
 * A month, as far as its hours are closed.
 *
 * @param {string} month `2026-04`
 * @param {string | null} lastClosedHour start of the last closed hour
 * @returns {Period | null} null when no hour of the month is closed or the month is malformed
 */
export function monthPeriod(month, lastClosedHour) {
  const start = new Date(`${month}-01T00:00:00Z`);
  if (Number.isNaN(start.getTime())) return null;
  const end = Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1) - 1000;
  if (lastClosedHour === null) return period(start.getTime(), end, false);
  const closed = Date.parse(lastClosedHour) + 3_599_000;
  return period(start.getTime(), Math.min(end, closed), closed < end);
}

/**
 * @param {string} first `2026-04-01T05:00`, in UTC
 * @param {string} last the last hour, itself included
 * @returns {Period | null} null when either is not the start of an hour, or they are out of order
 */
export function hoursPeriod(first, last) {
  const start = Date.parse(`${first}:00Z`);
  const end = Date.parse(`${last}:00Z`);
  if (Number.isNaN(start) || Number.isNaN(end) || start % 3_600_000 !== 0 || end % 3_600_000 !== 0) return null;
  return period(start, end + 3_599_000, false);
}

function period(start, end, shortened) {
  if (end < start) return null;
  const text = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z');
  return { period_start: text(start), period_end: text(end), hours: (end + 1000 - start) / 3_600_000, shortened };
}

/**
 * @param {string | null} lastClosedHour
 * @param {number} [monthsBack]
 * @returns {string} the month that holds it, `2026-04`; without one, this month
 */
export function monthOf(lastClosedHour, monthsBack = 0) {
  const at = lastClosedHour === null ? new Date() : new Date(lastClosedHour);
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - monthsBack)).toISOString().slice(0, 7);
}
