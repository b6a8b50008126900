/** Instants in words. The API speaks RFC 3339 in UTC; this page shows UTC and keeps local time for the tooltip. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * @param {string} instant `2026-04-01T05:00:00Z`
 * @param {boolean} [withSeconds]
 * @returns {string} `2026-04-01 05:00`
 */
export function utc(instant, withSeconds = false) {
  const text = new Date(instant).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, withSeconds ? 19 : 16)}`;
}

/**
 * @param {string} hour the start of an hour
 * @returns {string} `2026-04-01 05:00–06:00`
 */
export function hourSpan(hour) {
  return `${utc(hour)}–${utc(endOfHour(hour)).slice(11)}`;
}

/**
 * @param {string} hour the start of an hour
 * @returns {string} the instant at which it ended
 */
export function endOfHour(hour) {
  return new Date(Date.parse(hour) + HOUR_MS).toISOString();
}

/**
 * @param {string} instant
 * @returns {string} the same instant where the reader sits
 */
export function local(instant) {
  const text = new Date(instant).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });
  return `${text} (your local time)`;
}

/** @param {string} instant @returns {boolean} whether the reader's clock said something else than UTC */
export const isElsewhere = (instant) => new Date(instant).getTimezoneOffset() !== 0;

/**
 * @param {string} hour the start of an hour
 * @returns {string} its span where the reader sits: `5:00 AM – 6:00 AM EDT`
 */
export function localHourSpan(hour) {
  const format = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit', timeZoneName: 'short' });
  return format.formatRange(new Date(hour), new Date(endOfHour(hour)));
}

/**
 * Whole days between an instant and the end of the hour whose picture showed it; never the reader's clock.
 *
 * @param {string} instant
 * @param {string} stateAt start of the hour
 * @returns {number}
 */
export function daysBefore(instant, stateAt) {
  return Math.max(0, Math.floor((Date.parse(stateAt) + HOUR_MS - Date.parse(instant)) / DAY_MS));
}

/**
 * @param {unknown} instant
 * @returns {boolean} whether it can be shown as an instant at all
 */
export function isInstant(instant) {
  return typeof instant === 'string' && !Number.isNaN(Date.parse(instant));
}
