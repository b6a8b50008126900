/** Changes by day and verdict, and the days of which nobody can say: counted here, of rows that were read. */
import { count } from './days.js';

export const VERDICT_SERIES = [
  { id: 'explained', label: 'explained by an audit event', tone: 'calm' },
  { id: 'cannot_tell', label: 'cannot tell', tone: 'unsure' },
  { id: 'unexplained', label: 'unexplained', tone: 'alarm' },
];
const NOT_PICTURED = ['missed', 'failed', 'late'];
const NOT_DUE = ['open', 'none', 'paused'];

/**
 * @param {string[]} days oldest first
 * @param {any[]} changes newest first, as far as they were read
 * @param {boolean} isWhole whether these are all of the days' changes
 * @param {Map<string, {looked: number, blind: number}> | null} looks hours of each day, by {@link looksByDay}; null: not known
 * @returns {import('../parts/charts/day-bars.js').DayOfChart[]}
 */
export function changeDays(days, changes, isWhole, looks) {
  const counts = new Map(days.map((day) => [day, { explained: 0, cannot_tell: 0, unexplained: 0 }]));
  for (const change of changes) {
    const values = counts.get(String(change.hour).slice(0, 10));
    if (values !== undefined && Object.hasOwn(values, change.verdict)) values[change.verdict] += 1;
    else if (values !== undefined) values.cannot_tell += 1; // a verdict of a newer service, or none yet
  }
  const oldestRead = isWhole ? '' : String(changes.at(-1)?.hour ?? '9').slice(0, 10);
  return days.map((day) => {
    const look = looks?.get(day) ?? null;
    const isRead = isWhole || day > oldestRead; // of the oldest day read there may be more
    if (!isRead) return { day, values: null, note: 'not read yet' };
    if (looks !== null && (look === null || look.looked === 0) && sum(counts.get(day)) === 0) return { day, values: null, note: blindWords(look) };
    const isPart = look !== null && look.blind > 0;
    return { day, values: counts.get(day), isPart, note: isPart ? `${count(look.blind, 'hour')} nobody looked` : undefined };
  });
}

/**
 * Add up over organizations what became of each day's hours.
 *
 * @param {{day: string, hours: string[]}[]} rows of `/orgs/{org_id}/days`
 * @returns {Map<string, {looked: number, blind: number}>}
 */
export function looksByDay(rows) {
  const looks = new Map();
  for (const { day, hours } of rows) {
    const before = looks.get(day) ?? { looked: 0, blind: 0 };
    const blind = hours.filter((word) => NOT_PICTURED.includes(word)).length;
    const idle = hours.filter((word) => NOT_DUE.includes(word)).length;
    looks.set(day, { looked: before.looked + hours.length - blind - idle, blind: before.blind + blind });
  }
  return looks;
}

/**
 * @param {import('../parts/charts/day-bars.js').DayOfChart[]} days
 * @returns {string} `In 30 days 14 changes: 12 explained, 1 unexplained, 1 cannot tell. Of 2 days nothing is known.`
 */
export function changesSentence(days) {
  const known = days.filter((entry) => entry.values !== null);
  const of = (id) => known.reduce((total, entry) => total + entry.values[id], 0);
  const total = known.reduce((all, entry) => all + sum(entry.values), 0);
  const gaps = days.length - known.length;
  const gapText = gaps === 0 ? '' : ` Of ${count(gaps, 'day')} nothing is known.`;
  if (total === 0) return `In ${count(days.length, 'day')} no change that is known.${gapText}`;
  const parts = [[of('unexplained'), 'unexplained'], [of('cannot_tell'), 'cannot be told yet, or ever'], [of('explained'), 'explained']];
  const words = parts.filter(([n]) => n > 0).map(([n, text]) => `${n.toLocaleString('en-US')} ${text}`).join(', ');
  return `In ${count(days.length, 'day')} ${count(total, 'change')}: ${words}.${gapText}`;
}

/**
 * @param {import('../parts/charts/day-bars.js').DayOfChart} entry
 * @returns {string} for whoever hears the chart, or points at a bar
 */
export function changeDayWords({ day, values, note }) {
  if (values === null) return `${day}: not known, ${note}`;
  const words = VERDICT_SERIES.filter(({ id }) => values[id] > 0).map(({ id }) => `${values[id]} ${id === 'cannot_tell' ? 'cannot tell' : id}`);
  return `${day}: ${count(sum(values), 'change')}${words.length > 0 ? `, ${words.join(', ')}` : ''}${note ? `; ${note}` : ''}`;
}

function blindWords(look) {
  return look !== null && look.blind > 0 ? 'nobody looked' : 'no hour was pictured';
}

function sum(values) {
  return Object.values(values).reduce((all, value) => all + value, 0);
}
