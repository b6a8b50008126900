/**
 * How findings were closed: whether the audit log admits what closed them, and whether it was in time. Of rows that were
 * read, with the verdicts on the changes that closed them.
 */
import { addDays, count } from './days.js';

export const HOW_SERIES = [
  { id: 'admitted', label: 'admitted: an audit event tells of it', tone: 'calm' },
  { id: 'seen', label: 'seen: a picture shows it, there was nothing to admit', tone: 'plain' },
  { id: 'open', label: 'not yet: the log may still tell, or cannot', tone: 'unsure' },
  { id: 'hidden', label: 'hidden: no event tells of it', tone: 'alarm' },
];
const SETTLING_DAYS = 4; // the log is read again after 73 hours

/** @typedef {'admitted' | 'seen' | 'open' | 'hidden'} How */

/**
 * @param {any} finding resolved
 * @param {Set<string>} unexplained changes, by {@link changeKey}
 * @returns {How}
 */
export function howClosed(finding, unexplained) {
  const by = finding.resolved_by;
  if (!by || by.kind === 'picture') return 'seen';
  if (by.event_id) return 'admitted';
  return unexplained.has(changeKey({ ...finding, hour: by.hour })) ? 'hidden' : 'open';
}

/** @param {any} row a change; or a finding, with the hour of what closed it @returns {string} */
export function changeKey({ org_id: org, hour, section, entity_id: entity }) {
  return JSON.stringify([org, hour, section, entity]);
}

/**
 * @param {any} finding resolved
 * @returns {'in_time' | 'late' | 'none'} `none`: it had no deadline
 */
export function timeliness(finding) {
  if (!finding.due_by) return 'none';
  return finding.resolved_hour.slice(0, 10) <= finding.due_by ? 'in_time' : 'late';
}

/**
 * @param {string[]} days oldest first
 * @param {{finding: any, how: How}[]} closings
 * @param {boolean} isWhole whether these are all of them; where they are not, no day can be told
 * @returns {import('../parts/charts/day-bars.js').DayOfChart[]}
 */
export function closingDays(days, closings, isWhole) {
  const counts = new Map(days.map((day) => [day, Object.fromEntries(HOW_SERIES.map(({ id }) => [id, 0]))]));
  for (const { finding, how } of closings) {
    const values = counts.get(finding.resolved_hour.slice(0, 10));
    if (values !== undefined) values[how] += 1;
  }
  return days.map((day) => (isWhole ? { day, values: counts.get(day) } : { day, values: null, note: 'not read yet' }));
}

/**
 * @param {{finding: any, how: How}[]} closings
 * @param {number} days
 * @returns {string}
 */
export function closingsSentence(closings, days) {
  if (closings.length === 0) return `In ${count(days, 'day')} nothing was closed.`;
  const of = (how) => closings.filter((closing) => closing.how === how).length;
  const late = closings.filter(({ finding }) => timeliness(finding) === 'late').length;
  const parts = [[of('admitted'), 'admitted by the log'], [of('seen'), 'seen by a picture alone'], [of('open'), 'not told of yet'], [of('hidden'), 'hidden']];
  const how = parts.filter(([n]) => n > 0).map(([n, text]) => `${n} ${text}`).join(', ');
  return `In ${count(days, 'day')} ${count(closings.length, 'finding')} ${closings.length === 1 ? 'was' : 'were'} closed: ${how}. ${late === 0 ? 'None too late.' : `${late} too late.`}`;
}

/** @param {import('../parts/charts/day-bars.js').DayOfChart} entry @returns {string} */
export function closingDayWords({ day, values, note }) {
  if (values === null) return `${day}: not known, ${note}`;
  const words = HOW_SERIES.filter(({ id }) => values[id] > 0).map(({ id, label }) => `${values[id]} ${label.split(':')[0]}`);
  return `${day}: ${words.length === 0 ? 'nothing closed' : words.join(', ')}`;
}

/**
 * @param {string} from an instant
 * @param {string} to an instant
 * @returns {{from: string, to: string}} when what closed them can have changed: an event may settle it days later
 */
export function changesSpan(from, to) {
  return { from: `${addDays(from.slice(0, 10), -SETTLING_DAYS)}T00:00:00Z`, to };
}
