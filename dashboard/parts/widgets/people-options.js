/** People of the last picture, offered to a field that takes a user id. */
import { html } from '../../app/preact.js';
import { withoutHidden } from '../../app/text.js';

/** @param {{id: string, people: any[], user?: string}} props rows of `/users`; who is signed in, to offer them first */
export function PeopleOptions({ id, people, user = '' }) {
  return html`<datalist id=${id}>
    ${user && html`<option value=${user}>you</option>`}
    ${people.map((person) => html`<option key=${person.user_id} value=${person.user_id}>${withoutHidden(personLabel(person))}</option>`)}
  </datalist>`;
}

function personLabel(person) {
  return [person.email_prefix && `${person.email_prefix}…`, person.role].filter(Boolean).join(', ');
}
