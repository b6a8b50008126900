/** The tables of who may do what: admin keys, service accounts, invites, memberships, groups, roles. */
import { COLUMNS } from '../../app/columns.js';
import { html } from '../../app/preact.js';
import { isInstant } from '../../app/instants.js';
import { words } from '../../app/text.js';
import { NamePerson } from '../findings/person-dialog.js';
import { LastUsed, OwnerOf, ProjectOf, Works } from '../keys/keys.js';
import { Badge, Instant, Text, Unknown } from '../widgets/elements.js';
import { Redacted } from '../widgets/subject.js';
import { Permissions } from './permissions.js';
import { PRESENCE, emptyBy, presence } from './presence.js';

const NOT_READ = 'Nothing of the kind is in the last picture; whether the admin key may read it, its card under Organizations says.';
const text = (label, field, options = {}) => ({ label, cell: (row) => html`<${Text} value=${row[field]} />`, ...options });
const instant = (label, field, unknown) => ({ label, kind: 'time', sort: field, cell: (row) => html`<${Instant} at=${row[field]} unknown=${unknown} />` });
const present = { label: 'Present', cell: presence };
const projectColumn = { label: 'Project', cell: (row, context) => html`<${ProjectOf} row=${row} context=${context} />` };

function kindOf(id, path, section, idField, { title, thing, ...others }) {
  return {
    id, path, section, title, filters: [PRESENCE], search: 'Name or id', fields: COLUMNS[section] ?? [idField],
    rowId: (row) => `${row.org_id} ${row[idField]} ${row.first_seen_at}`, empty: emptyBy(thing, NOT_READ), ...others,
  };
}

/** @type {Record<string, import('./table.js').TableKind>} */
export const ACCESS = {
  'admin-keys': kindOf('admin-keys', '/admin-keys', 'admin_keys', 'key_id', {
    title: 'Admin keys',
    thing: 'admin key',
    about: 'Keys that administer the whole organization. Whoever holds one can do what its owner can.',
    search: 'Name, last four or id',
    hasNames: true,
    columns: [
      { label: 'Name', sort: 'name', kind: 'subject', cell: (key) => html`<strong><${Text} value=${key.name || 'no name'} /></strong> ${key.is_own && html`<${Badge} tone="info">reads these pictures<//>`}
        <span class="subject-id"><span class="id"><${Text} value=${key.key_id} /></span></span>` },
      { label: 'Key', cell: (key) => html`<${Redacted} value=${key.redacted_value} />` },
      { label: 'Still works', cell: (key) => html`<${Works} item=${key} />` },
      { label: 'Owner', cell: (key, context) => html`<${OwnerOf} row=${{ ...key, owner_type: null }} context=${context} />` },
      text('Owner’s role', 'owner_role'),
      { label: 'Last used', sort: 'last_used_at', kind: 'time', cell: (key) => html`<${LastUsed} item=${key} />` },
      instant('Created', 'created_at'),
      { label: 'Ends', sort: 'expires_at', kind: 'time', cell: ends },
    ],
  }),
  'service-accounts': kindOf('service-accounts', '/service-accounts', 'service_accounts', 'service_account_id', {
    title: 'Service accounts',
    thing: 'service account',
    about: 'Programs that hold keys of their own. Each needs a person who answers for it; none is billed.',
    hasNames: true,
    columns: [
      { label: 'Name', sort: 'name', kind: 'subject', cell: (row) => html`<strong><${Text} value=${row.name || 'no name'} /></strong><span class="subject-id"><span class="id"><${Text} value=${row.service_account_id} /></span></span>` },
      projectColumn,
      text('Role', 'role'),
      { label: 'Who answers for it', cell: answersFor },
      instant('Created', 'created_at'),
      present,
    ],
  }),
  invites: kindOf('invites', '/invites', 'invites', 'invite_id', {
    title: 'Invites',
    thing: 'invite',
    about: 'Who was invited into the organization, as what, and whether it can still be taken up.',
    search: 'Prefix or id',
    columns: [
      { label: 'E-mail prefix', sort: 'email_prefix', cell: (row) => (row.email_prefix ? html`<${Text} value=${row.email_prefix} /><span class="muted">…</span>` : html`<${Unknown} />`) },
      text('Role', 'role', { sort: 'role' }),
      { label: 'Status', sort: 'status', cell: (row) => html`<${Badge} tone=${row.status === 'pending' ? 'warn' : 'plain'}><${Text} value=${row.status} /><//>` },
      instant('Sent', 'created_at'),
      instant('Ends', 'expires_at'),
      instant('Taken up', 'accepted_at', 'not taken up'),
      text('Invite id', 'invite_id', { kind: 'id' }),
    ],
  }),
  'project-users': kindOf('project-users', '/project-users', 'project_users', 'membership_id', {
    title: 'Project members',
    thing: 'membership',
    about: 'Who is in which project, as what. Read once a day.',
    search: 'Prefix or id',
    hasNames: true,
    columns: [
      { label: 'E-mail prefix', sort: 'email_prefix', cell: (row) => (row.email_prefix ? html`<${Text} value=${row.email_prefix} /><span class="muted">…</span>` : html`<${Unknown} />`) },
      projectColumn,
      text('Role in it', 'role', { sort: 'role' }),
      instant('Added', 'added_at'),
      present,
      text('User id', 'user_id', { kind: 'id' }),
    ],
  }),
  groups: kindOf('groups', '/groups', 'groups', 'group_id', {
    title: 'Groups',
    thing: 'group',
    about: 'Groups of people, which may be given roles.',
    columns: [
      text('Group', 'name', { sort: 'name' }),
      { label: 'Type', cell: (row) => html`<${Text} value=${words(row.group_type ?? '')} />${row.is_scim_managed && html` <${Badge} tone="plain">by the directory<//>`}` },
      instant('Created', 'created_at'),
      present,
      text('Group id', 'group_id', { kind: 'id' }),
    ],
  }),
  roles: kindOf('roles', '/roles', 'roles', 'role_id', {
    title: 'Roles',
    thing: 'role',
    about: 'What each role permits.',
    columns: [
      { label: 'Role', sort: 'name', kind: 'subject', cell: (row) => html`<strong><${Text} value=${row.name} /></strong>${row.description && html`<span class="under-badge muted"><${Text} value=${row.description} /></span>`}` },
      { label: 'Type', cell: (row) => html`${row.predefined_role === true ? 'OpenAI’s own' : row.predefined_role === false ? 'made here' : html`<${Unknown} />`}${row.resource_type && html`, of <${Text} value=${words(row.resource_type)} />`}` },
      { label: 'Permissions', cell: (row) => html`<${Permissions} list=${row.permissions} />` },
      present,
      text('Role id', 'role_id', { kind: 'id' }),
    ],
  }),
};

function ends(key) {
  if (isInstant(key.expires_at)) return html`<${Instant} at=${key.expires_at} />`;
  return key.has_expiry === false ? html`<span class="warn-text">never</span>` : html`<${Unknown} />`;
}

function answersFor(row, context) {
  return html`${row.person_id ? html`<span class="id"><${Text} value=${row.person_id} /></span>` : html`<span class="warn-text">nobody named</span>`}
    <div><${NamePerson} orgId=${row.org_id} account=${row.service_account_id} context=${context} /></div>`;
}
