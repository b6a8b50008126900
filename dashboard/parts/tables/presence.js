/** What the lists of what exists have in common: since when a row is there, and what their emptiness means. */
import { html } from '../../app/preact.js';
import { isInstant } from '../../app/instants.js';
import { Instant } from '../widgets/elements.js';

/** @type {import('./query.js').Filter} */
export const PRESENCE = { name: 'state', label: 'Show', options: [['', 'Present'], ['removed', 'Gone'], ['all', 'All']] };

export function presence(row) {
  if (isInstant(row.removed_at)) return html`<span class="muted">until <${Instant} at=${row.removed_at} /></span>`;
  return html`<span>since <${Instant} at=${row.first_seen_at} /></span>`;
}

/**
 * @param {string} thing `user`
 * @param {string} whenNone what it means that there is none at all
 * @returns {(filters: Record<string, string>) => [string, string]} title and text of an empty table
 */
export function emptyBy(thing, whenNone) {
  return (filters) => (Object.keys(filters).some((name) => name !== 'sort')
    ? [`No such ${thing}`, 'Choose another filter to see the others.']
    : [`No ${thing}s in the last picture`, whenNone]);
}
