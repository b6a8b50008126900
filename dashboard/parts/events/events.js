/** Events: one by its id, or those of a kind, an actor, a target and a time; what is asked for is in the address. */
import { html, useEffect, useRef } from '../../app/preact.js';
import { formatAddress, useAddress } from '../../app/address.js';
import { addDays, isDay } from '../../app/days.js';
import { LocalName } from '../names/person.js';
import { Table } from '../tables/table.js';
import { TABLES } from '../tables/table-kinds.js';

const FIELDS = [
  { name: 'event_id', label: 'Event id', hint: 'as OpenAI has it', className: 'wide' },
  { name: 'event_type', label: 'Type', hint: 'like api_key.created', list: 'event-types' },
  { name: 'actor_id', label: 'Actor', hint: 'user or key id' },
  { name: 'target_id', label: 'Target', hint: 'id' },
  { name: 'project_id', label: 'Project', hint: 'id' },
  { name: 'from_day', label: 'From', type: 'date' },
  { name: 'to_day', label: 'To', hint: 'included', type: 'date' },
];
/** Offered, not all there are: what leads to a finding, or ends one. */
const TYPES = ['api_key.created', 'api_key.updated', 'api_key.deleted', 'invite.sent', 'invite.accepted', 'login.succeeded', 'login.failed', 'organization.updated',
  'project.created', 'project.updated', 'project.archived', 'service_account.created', 'service_account.deleted', 'user.added', 'user.updated', 'user.deleted'];

/** @param {import('../views.js').ViewProps} props */
export function Events(props) {
  const { query } = useAddress();
  return html`<${Table} kind=${KIND} ...${props} fixed=${filtersOf(query)}><${Search} /><//>`;
}

const KIND = {
  ...TABLES.events,
  empty: (query) => (['event_id', 'event_type', 'actor_id', 'target_id', 'project_id', 'from', 'to'].some((name) => query[name])
    ? ['No such event', 'The sealed log has none. Take something away from the search to see more.']
    : ['No events in the last picture', TABLES.events.whenEmpty]),
  columns: TABLES.events.columns.map((column) => (column.label !== 'Actor' ? column : {
    ...column, cell: (event) => html`${column.cell(event)}<span class="under-badge"><${LocalName} id=${event.actor_id} hash=${event.actor_hash} /></span>`,
  })),
};

/** The last day is included, as a reader says it; lists are asked up to an instant that is not. */
function filtersOf(query) {
  const names = FIELDS.map(({ name }) => name).filter((name) => !name.endsWith('_day') && query[name]);
  return {
    ...Object.fromEntries(names.map((name) => [name, query[name]])),
    from: isDay(query.from_day) ? `${query.from_day}T00:00:00Z` : '',
    to: isDay(query.to_day) ? `${addDays(query.to_day, 1)}T00:00:00Z` : '',
  };
}

function Search() {
  const { query, set } = useAddress();
  const form = useRef(null);
  useEffect(() => { // Back and a copied address fill the form, too
    for (const { name } of FIELDS) form.current.elements[name].value = query[name] ?? '';
  }, [JSON.stringify(query)]);
  const submit = (event) => {
    event.preventDefault();
    set(Object.fromEntries(FIELDS.map(({ name }) => [name, form.current.elements[name].value.trim()])));
  };
  const isAsked = FIELDS.some(({ name }) => query[name]);
  return html`<form ref=${form} class="panel event-search" role="search" aria-label="Events" autocomplete="off" onSubmit=${submit} data-testid="events-search">
    <div class="fields">${FIELDS.map((field) => html`<label key=${field.name} class=${field.className}>${field.label} ${field.hint && html`<span class="muted">${field.hint}</span>`}
      <input name=${field.name} type=${field.type ?? 'text'} maxlength="200" spellcheck=${false} list=${field.list} data-testid=${`events-${field.name}`} /></label>`)}
      <button type="submit" class="primary" data-testid="events-find">Find</button>
      ${isAsked && html`<a class="clear" href=${formatAddress('events', { org_id: query.org_id })} data-testid="events-clear">Clear</a>`}
    </div>
    <datalist id="event-types">${TYPES.map((type) => html`<option key=${type} value=${type}></option>`)}</datalist>
  </form>`;
}
