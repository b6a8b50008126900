/** Instants in words. The API speaks RFC 3339 in UTC; this page shows UTC, and the reader's own clock beside it. */

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

const CLOCK = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const ZONE = new Intl.DateTimeFormat(undefined, { timeZoneName: 'short' });

/**
 * The reader's clock, to stand beside UTC: the day where it is another one, the time, the zone.
 *
 * @param {string} instant
 * @param {string} [end] of a span
 * @returns {string | undefined} `14 Apr 20:41 EDT`; `05:00–06:00 EDT`; undefined where that clock shows UTC
 */
export function ownClock(instant, end = undefined) {
  const at = new Date(instant);
  if (!isElsewhere(instant)) return undefined;
  const parts = (date) => Object.fromEntries(CLOCK.formatToParts(date).map(({ type, value }) => [type, value]));
  const zone = ZONE.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const start = parts(at);
  const day = at.getDate() === at.getUTCDate() ? '' : `${start.day} ${start.month} `;
  const until = end === undefined ? null : parts(new Date(end));
  return `${day}${start.hour}:${start.minute}${until ? `–${until.hour}:${until.minute}` : ''} ${zone}`;
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
