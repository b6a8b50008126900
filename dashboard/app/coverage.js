/** What became of an hour, in a word, a sign and a colour; and of many hours, in a sentence. */
import { hourSpan } from './instants.js';

/** @typedef {{sign: string, tone: 'good' | 'warn' | 'bad' | 'plain', text: string}} HourWord */

/** @type {Record<string, HourWord>} by the service's word */
export const HOUR_WORDS = {
  complete: { sign: '✓', tone: 'good', text: 'read whole' },
  partial: { sign: '◐', tone: 'warn', text: 'read in part' },
  failed: { sign: '✕', tone: 'bad', text: 'could not be read' },
  missed: { sign: '–', tone: 'bad', text: 'not pictured by anybody' },
  paused: { sign: '‖', tone: 'plain', text: 'paused' },
  late: { sign: '!', tone: 'bad', text: 'late, not sealed yet' },
  open: { sign: '', tone: 'plain', text: 'not due yet' },
  none: { sign: '', tone: 'plain', text: 'not connected' },
};
const CLOSED = ['complete', 'partial', 'failed', 'missed', 'paused'];

/**
 * @param {string} day `2026-04-01`
 * @param {number} index of the hour in the day
 * @returns {string} the start of the hour
 */
export function hourOf(day, index) {
  return `${day}T${String(index).padStart(2, '0')}:00:00Z`;
}

/**
 * @param {string} word the service's
 * @returns {boolean} whether there is a seal to look at
 */
export function isClosed(word) {
  return CLOSED.includes(word);
}

/**
 * @param {string} hour the start of an hour
 * @param {string} word the service's
 * @returns {string} for whoever hears the page
 */
export function hourLabel(hour, word) {
  return `${hourSpan(hour)} UTC: ${HOUR_WORDS[word]?.text ?? word}`;
}

/**
 * @param {{hours: string[]}[]} days
 * @returns {string} how many hours there are of each kind, the largest first
 */
export function coverageSentence(days) {
  const counts = new Map();
  for (const word of days.flatMap((day) => day.hours)) {
    if (word !== 'open' && word !== 'none') counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return 'No hour of these days is due yet.';
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([word, count]) => `${count} ${HOUR_WORDS[word]?.text ?? word}`);
  return `Of ${total} ${total === 1 ? 'hour' : 'hours'}: ${parts.join(', ')}.`;
}
