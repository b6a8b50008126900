/** A month's bill day by day: what each day made it grow by, and of which days nothing was counted. */
import { addDays, count } from './days.js';

/** @typedef {{day: string, user_hours: number, project_hours: number, amount_cents: number}} BilledDay */

export const BILL_SERIES = [{ id: 'cents', label: 'grew by', tone: 'calm' }];

/**
 * @param {any} bill the answer of `/billing`
 * @returns {import('../parts/charts/day-bars.js').DayOfChart[]} a day of which nothing could be counted is a gap, with the reason
 */
export function billDays(bill) {
  const reasons = zeroReasons(bill.runs ?? []);
  return (bill.per_day ?? []).map(({ day, amount_cents: cents }) => {
    const zero = reasons.get(day);
    if (zero === undefined) return { day, values: { cents } };
    const isWhole = zero.hours >= 24 * zero.parts;
    const note = `${zero.words}${isWhole ? '' : `, ${count(Math.ceil(zero.hours / zero.parts), 'hour')}`}`;
    return { day, values: isWhole && !zero.isKnown ? null : { cents }, note };
  });
}

/** By day: how many hours count zero, over how many lists of hours (organization and section), and the first reason. */
function zeroReasons(runs) {
  const parts = new Set(runs.map((run) => JSON.stringify([run.org_id, run.section]))).size;
  const reasons = new Map();
  for (const run of runs.filter(({ counted }) => counted === 'zero')) {
    for (let day = run.from.slice(0, 10); day <= run.to.slice(0, 10); day = addDays(day, 1)) {
      const first = day === run.from.slice(0, 10) ? Number(run.from.slice(11, 13)) : 0;
      const last = day === run.to.slice(0, 10) ? Number(run.to.slice(11, 13)) : 23;
      const isKnown = Object.hasOwn(ZERO_WORDS, run.reason);
      const before = reasons.get(day) ?? { hours: 0, parts, isKnown, words: isKnown ? ZERO_WORDS[run.reason] : String(run.reason).replaceAll('_', ' ') };
      reasons.set(day, { ...before, hours: before.hours + last - first + 1 });
    }
  }
  return reasons;
}

/** Nothing was to be counted in these, so zero is the truth. */
const ZERO_WORDS = { not_closed_yet: 'still to come', not_connected: 'not connected', paused: 'paused' };

/** @param {{amount_cents: number, currency: string}} bill @returns {string} integer cents in, so that nothing is rounded here */
export function amount({ amount_cents: cents, currency }) {
  const text = String(cents).padStart(3, '0');
  return `${currency === 'EUR' ? '€' : `${currency} `}${text.slice(0, -2)}.${text.slice(-2)}`;
}

/** @param {import('../parts/charts/day-bars.js').DayOfChart} entry @returns {string} */
export function billDayWords({ day, values, note }) {
  if (values === null) return `${day}: nothing counted, ${note}`;
  return `${day}: ${amount({ amount_cents: values.cents, currency: 'EUR' })}${note ? `; counted zero: ${note}` : ''}`;
}

/** @param {any} bill @returns {string} */
export function billSentence(bill) {
  if (bill.per_org.length === 0) return 'No organization was connected in this month.';
  const users = bill.per_org.reduce((sum, share) => sum + Number(share.average_users), 0);
  const projects = bill.per_org.reduce((sum, share) => sum + Number(share.average_projects), 0);
  const average = `on average ${users.toFixed(3)} users at €1 and ${projects.toFixed(3)} active projects at €5`;
  return `${amount(bill)} ${bill.final ? 'in all' : 'so far, hours to come counted as none'}: ${average}.`;
}
