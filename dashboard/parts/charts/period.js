/** How many days a view looks back: links, so that each has an address. */
import { html } from '../../app/preact.js';
import { formatAddress, useAddress } from '../../app/address.js';

export const PERIODS = [7, 30, 90];
const DEFAULT = 30;

/** @param {Record<string, string>} query of the address @returns {number} */
export function daysOfAddress(query) {
  const days = Number(query.days);
  return PERIODS.includes(days) ? days : DEFAULT;
}

/** @param {{drop?: string[], testid: string}} props `drop`: what of the address does not outlast another period */
export function PeriodLinks({ drop = [], testid }) {
  const { view, query } = useAddress();
  const kept = Object.fromEntries(Object.entries(query).filter(([name]) => !drop.includes(name)));
  const chosen = daysOfAddress(query);
  return html`<nav class="choices" aria-label="Period" data-testid=${testid}>${PERIODS.map((days) => html`<a key=${days}
    href=${formatAddress(view, { ...kept, days: days === DEFAULT ? '' : String(days) })}
    aria-current=${days === chosen ? 'true' : undefined}>${days} days</a>`)}</nav>`;
}
