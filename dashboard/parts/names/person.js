/** A person by what the service has of them, an id or a keyed hash, and by their name where a list on this machine has it. */
import { html } from '../../app/preact.js';
import { useLocalNames } from '../../app/local-names.js';
import { Text, Unknown } from '../widgets/elements.js';

/** @param {{id?: string | null, hash?: string | null, user?: string}} props `user`: who is signed in, by opaque id */
export function Person({ id = null, hash = null, user = '' }) {
  const name = useName(id, hash);
  if (!id && !hash && name === null) return html`<${Unknown} say="nobody known" />`;
  return html`<span class="person">${name !== null && html`<span class="local-name" data-testid="local-name"><${Text} value=${name} /></span> `}
    ${id && id === user ? 'you' : id ? html`<span class="id ${name === null ? '' : 'muted'}"><${Text} value=${id} /></span>` : name === null && html`<span class="id muted"><${Text} value=${`${hash.slice(0, 12)}…`} /></span>`}</span>`;
}

/** The name alone, beside what shows the account in another way; nothing where no list has it. */
export function LocalName({ id = null, hash = null }) {
  const name = useName(id, hash);
  return name === null ? null : html`<span class="local-name" data-testid="local-name"><${Text} value=${name} /></span>`;
}

function useName(id, hash) {
  const { byId, byHash } = useLocalNames();
  return byId.get(id) ?? byHash.get(hash) ?? byHash.get(id) ?? null; // who answers may be named by a hash
}
