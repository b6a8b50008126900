/** Days in UTC, `2026-04-01`: the pictures' own; never those of the reader's clock. */

const DAY_MS = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * @param {unknown} text
 * @returns {boolean} whether it is a day of the calendar
 */
export function isDay(text) {
  return typeof text === 'string' && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text;
}

/**
 * @param {string} day
 * @param {number} n
 * @returns {string}
 */
export function addDays(day, n) {
  return new Date(Date.parse(day) + n * DAY_MS).toISOString().slice(0, 10);
}

/**
 * @param {string} last
 * @param {number} n
 * @returns {string[]} the n days that end with the last one, oldest first
 */
export function daysUpTo(last, n) {
  return Array.from({ length: n }, (_, index) => addDays(last, index - n + 1));
}

/**
 * @param {string} day
 * @returns {{from: string, to: string}} as lists are asked: its first instant, and the first that is no longer in it
 */
export function spanOf(day) {
  return { from: `${day}T00:00:00Z`, to: `${addDays(day, 1)}T00:00:00Z` };
}

/**
 * @param {string} day
 * @returns {string} `8 Apr`
 */
export function shortDay(day) {
  return `${Number(day.slice(8))} ${MONTHS[Number(day.slice(5, 7)) - 1]}`;
}

/**
 * The day that pictures should have come to by now.
 *
 * @param {any} summary the answer of `/summary`
 * @returns {string | null} null while no hour is closed
 */
export function newestDay(summary) {
  const hours = [summary?.last_closed_hour, summary?.last_closed_hour && summary?.expected_hour].filter(Boolean).sort();
  return hours.length === 0 ? null : hours.at(-1).slice(0, 10);
}

/**
 * @param {number} n
 * @param {string} one
 * @param {string} [many]
 * @returns {string} `1 day`, `2 days`
 */
export function count(n, one, many = `${one}s`) {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}
