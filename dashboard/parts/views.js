/** Which views there are. One is added by one line here: its address, its name, its place in the menu, its part. */
import { html } from '../app/preact.js';
import { BillView } from './bill/bill-view.js';
import { Changes } from './changes/changes-view.js';
import { Closed } from './closed/closed.js';
import { Coverage } from './coverage/coverage.js';
import { Custody } from './custody/custody.js';
import { Events } from './events/events.js';
import { Evidence } from './evidence/evidence.js';
import { KeyLife } from './keys/key-life.js';
import { Machines } from './machines/machines.js';
import { Now } from './now/now.js';
import { Organizations } from './organizations/organizations.js';
import { People } from './people/people.js';
import { Rights } from './rights/rights.js';
import { Table } from './tables/table.js';
import { TABLES } from './tables/table-kinds.js';

/**
 * @typedef {object} View
 * @property {string} id its address: `#keys`
 * @property {string} name in the menu and the title
 * @property {string} group of the menu it stands in; '' for one that only links lead to
 * @property {(props: ViewProps) => any} component
 *
 * @typedef {object} ViewProps what every view is given; filters and the like it reads with `useAddress()`
 * @property {import('../app/api.js').Api} api
 * @property {import('../app/claims.js').Claims} claims
 * @property {string} user who is signed in, by opaque id
 * @property {boolean} isAdmin
 * @property {any} summary the last answer of `/summary`; null before the first
 * @property {import('../app/sections.js').Organization[] | null} organizations of the summary; null before the first
 * @property {string} orgId the organization chosen for every view at once; '' for all of them
 * @property {unknown} refreshCount another value whenever the reader asks for everything anew
 * @property {() => void} refresh
 */

const tableView = (kind) => (props) => html`<${Table} kind=${kind} ...${props} />`;

/** @type {View[]} */
export const VIEWS = [
  { id: 'now', name: 'Now', group: 'Work', component: Now },
  { id: 'findings', name: 'Findings', group: 'Work', component: tableView(TABLES.findings) },
  { id: 'people', name: 'People', group: 'Work', component: People },
  { id: 'keys', name: 'Keys', group: 'What exists', component: tableView(TABLES.keys) },
  { id: 'key', name: 'One key', group: '', component: KeyLife },
  { id: 'users', name: 'Users', group: 'What exists', component: tableView(TABLES.users) },
  { id: 'projects', name: 'Projects', group: 'What exists', component: tableView(TABLES.projects) },
  { id: 'admin-keys', name: 'Admin keys', group: 'What exists', component: tableView(TABLES['admin-keys']) },
  { id: 'service-accounts', name: 'Service accounts', group: 'What exists', component: tableView(TABLES['service-accounts']) },
  { id: 'invites', name: 'Invites', group: 'What exists', component: tableView(TABLES.invites) },
  { id: 'project-users', name: 'Project members', group: 'What exists', component: tableView(TABLES['project-users']) },
  { id: 'groups', name: 'Groups', group: 'What exists', component: tableView(TABLES.groups) },
  { id: 'roles', name: 'Roles', group: 'What exists', component: tableView(TABLES.roles) },
  { id: 'access', name: 'Who can do what', group: 'What exists', component: Rights },
  { id: 'events', name: 'Events', group: 'What happened', component: Events },
  { id: 'changes', name: 'Changes', group: 'What happened', component: Changes },
  { id: 'closed', name: 'Closed', group: 'What happened', component: Closed },
  { id: 'coverage', name: 'Coverage', group: 'Evidence', component: Coverage },
  { id: 'packs', name: 'Evidence packs', group: 'Evidence', component: Evidence },
  { id: 'custody', name: 'Custody', group: 'Evidence', component: Custody },
  { id: 'organizations', name: 'Organizations', group: 'Account', component: Organizations },
  { id: 'bill', name: 'Bill', group: 'Account', component: BillView },
  { id: 'machines', name: 'Access for machines', group: 'Account', component: Machines },
];

/** The menu's groups, in its order. */
export const GROUPS = ['Work', 'What exists', 'What happened', 'Evidence', 'Account'];

/** Addresses of views that are called otherwise now: a copied one still leads there. */
const FORMER_IDS = { 'api-keys': 'keys' };

/**
 * @param {string} id of the address
 * @returns {View} the first one where there is none of that id
 */
export function viewOf(id) {
  const current = Object.hasOwn(FORMER_IDS, id) ? FORMER_IDS[id] : id;
  return VIEWS.find((view) => view.id === current) ?? VIEWS[0];
}
