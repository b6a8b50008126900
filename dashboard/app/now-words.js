/** What is wrong, whose it is, and whether anybody was looking: one sentence, in parts that can be set off. */
import { endOfHour, isInstant, utc } from './instants.js';

/**
 * @typedef {{text: string, tone?: 'bad' | 'warn' | 'good'}} Part
 *
 * @param {any} summary the answer of `/summary`
 * @param {any} figures the answer of `/findings/summary`; null where it could not be read
 * @returns {{tone: 'bad' | 'warn' | 'good', parts: Part[]}}
 */
export function nowSentence(summary, figures) {
  const looking = whoLooked(summary);
  const wrong = figures === null ? [{ text: 'How many findings are open could not be read' }] : [...whatIsWrong(figures), ...whose(figures)];
  const parts = [...wrong, { text: '; ' }, ...looking, { text: '.' }];
  return { tone: worstTone(parts), parts };
}

function whatIsWrong({ open, by_severity }) {
  if (open === 0) return [{ text: 'Nothing that was found is open', tone: 'good' }];
  const high = by_severity?.high ?? 0;
  if (high === open) return [{ text: `${things(open)} of high severity`, tone: 'bad' }, { text: open === 1 ? ' is open' : ' are open' }];
  const parts = [{ text: things(open), tone: high > 0 ? undefined : 'warn' }, { text: open === 1 ? ' is open' : ' are open' }];
  return high === 0 ? parts : [...parts, { text: ', ' }, { text: `${number(high)} of high severity`, tone: 'bad' }];
}

function whose({ open, late, unassigned }) {
  if (open === 0) return [];
  const parts = [{ text: '; ' }];
  if (unassigned === 0) parts.push({ text: open === 1 ? 'somebody answers for it' : 'somebody answers for each' });
  else parts.push({ text: unassigned === open ? `nobody answers for ${open === 1 ? 'it' : 'any of them'}` : `nobody answers for ${number(unassigned)}`, tone: 'warn' });
  if (late > 0) parts.push({ text: ', ' }, { text: `${number(late)} ${late === 1 ? 'is' : 'are'} late`, tone: 'bad' });
  return parts;
}

function whoLooked(summary) {
  if (summary.orgs === 0) return [{ text: 'no organization is connected', tone: 'warn' }];
  if (summary.late_hours > 0 && isInstant(summary.late_since)) {
    return [{ text: `nobody has looked since ${utc(summary.late_since)} UTC`, tone: 'bad' }, { text: ` (${hours(summary.late_hours)} late)` }];
  }
  if (!isInstant(summary.last_closed_hour)) return [{ text: 'no hour is closed yet', tone: 'warn' }];
  const sealed = { text: `every hour is sealed up to ${utc(endOfHour(summary.last_closed_hour))} UTC` };
  if (summary.missed_30d > 0) {
    return [{ text: `the hours are sealed up to ${utc(endOfHour(summary.last_closed_hour))} UTC, but ` }, { text: `${hours(summary.missed_30d)} of the last 30 days nobody looked`, tone: 'warn' }, ...lag(summary)];
  }
  return [sealed, ...lag(summary)];
}

function lag({ lag_hours }) {
  return lag_hours > 0 ? [{ text: ', ' }, { text: `the audit log is read ${hours(lag_hours)} behind`, tone: 'warn' }] : [];
}

function worstTone(parts) {
  const tones = parts.map((part) => part.tone);
  return tones.includes('bad') ? 'bad' : tones.includes('warn') ? 'warn' : 'good';
}

const number = (n) => n.toLocaleString('en-US');
const hours = (n) => `${number(n)} ${n === 1 ? 'hour' : 'hours'}`;
const things = (n) => `${number(n)} ${n === 1 ? 'finding' : 'findings'}`;
