/** Evidence: the packs, the links by which they are shared, what the tenant said that they hold, and files of any list. */
import { html } from '../../app/preact.js';
import { formatAddress, useAddress } from '../../app/address.js';
import { Packs } from '../packs/packs.js';
import { Exports } from './exports.js';
import { Links } from './links.js';
import { Statements } from './statements.js';

const PARTS = [['', 'Packs', Packs], ['links', 'Links', Links], ['statements', 'Statements', Statements], ['exports', 'Exports', Exports]];

/** @param {import('../views.js').ViewProps} props */
export function Evidence(props) {
  const { view, query } = useAddress();
  const [shown, , Part] = PARTS.find(([id]) => id === (query.show ?? '')) ?? PARTS[0];
  return html`<nav class="choices above" aria-label="Evidence">${PARTS.map(([id, name]) => html`<a key=${id} data-testid=${`evidence-${id || 'packs'}`}
      href=${formatAddress(view, { org_id: query.org_id, show: id })} aria-current=${id === shown ? 'true' : undefined}>${name}</a>`)}</nav>
    <${Part} key=${shown} ...${props} />`;
}
