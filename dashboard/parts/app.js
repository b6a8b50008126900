/** The page of someone signed in: figures on top, one room below. */
import { html, useCallback, useEffect, useState } from '../app/preact.js';
import { useAnswer } from '../app/answers.js';
import { orgName } from '../app/sections.js';
import { withoutHidden } from '../app/text.js';
import { KpiStrip } from './kpi-strip.js';
import { Organizations } from './organizations/organizations.js';
import { Packs } from './packs/packs.js';
import { Table } from './tables/table.js';
import { TABLES } from './tables/table-kinds.js';
import { Badge, Text } from './widgets/elements.js';

const ROOMS = [
  ['organizations', 'Organizations'],
  ['users', 'Users'],
  ['projects', 'Projects'],
  ['api-keys', 'API keys'],
  ['events', 'Events'],
  ['changes', 'Changes'],
  ['findings', 'Findings'],
  ['packs', 'Evidence packs'],
];
const FIRST_PICTURE_MS = 5_000;

/** @param {{api: any, claims: import('../app/claims.js').Claims, signOut: () => void}} props */
export function App({ api, claims, signOut }) {
  const room = useRoom();
  const [again, setAgain] = useState(0);
  const [orgId, setOrgId] = useState('');
  const refresh = useCallback(() => setAgain((n) => n + 1), []);
  const summary = useAnswer(api, '/summary', again);
  const organizations = summary.body?.organizations ?? null;
  useFirstPicture(organizations, summary, refresh);
  const isAdmin = claims.groups.includes('admin');
  const shared = { api, again, refresh, isAdmin, summary: summary.body };

  return html`<a class="skip" href="#room" onClick=${skip}>Skip to the content</a>
    <${Header} claims=${claims} isAdmin=${isAdmin} signOut=${signOut} />
    <main id="room" tabindex="-1">
      <${KpiStrip} summary=${summary} refresh=${refresh} />
      <div class="rooms">
        <nav aria-label="Rooms">${ROOMS.map(([id, name]) => html`<a key=${id} href=${`#${id}`} data-testid=${`nav-${id}`}
          aria-current=${room === id ? 'page' : undefined}>${name}</a>`)}</nav>
        ${room in TABLES && html`<${OrgFilter} organizations=${organizations ?? []} orgId=${orgId} choose=${setOrgId} />`}
      </div>
      ${room === 'organizations' && html`<${Organizations} ...${shared} />`}
      ${room === 'packs' && html`<${Packs} ...${shared} />`}
      ${room in TABLES && html`<${Table} key=${room} kind=${TABLES[room]} api=${api} organizations=${organizations} orgId=${orgId} again=${again}
        isAdmin=${isAdmin} user=${claims.user} />`}
    </main>
    <footer class="page-foot muted">Figures and tables show the last closed hour of each organization.
      What counts as evidence is the signed pack, not this page.</footer>`;
}

/** The room named by the address, so that each has a link and the back button works. */
function useRoom() {
  const [room, setRoom] = useState(roomOfAddress());
  useEffect(() => {
    const follow = () => setRoom(roomOfAddress());
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  useEffect(() => {
    document.title = `${ROOMS.find(([id]) => id === room)[1]} · OpenAI Audit`;
  }, [room]);
  return room;
}

function roomOfAddress() {
  const id = window.location.hash.slice(1);
  return ROOMS.some(([known]) => known === id) ? id : 'organizations';
}

/** Look again by itself until each connected organization has its first picture. */
function useFirstPicture(organizations, summary, refresh) {
  const waiting = (organizations ?? []).some((each) => each.status === 'connected' && !each.last_hour);
  useEffect(() => {
    if (!waiting || summary.state !== 'ready') return undefined;
    const timer = setTimeout(refresh, FIRST_PICTURE_MS);
    return () => clearTimeout(timer);
  }, [waiting, summary, refresh]);
}

/** The address names the room, so the skip link moves the focus itself. */
function skip(event) {
  event.preventDefault();
  document.getElementById('room').focus();
}

function Header({ claims, isAdmin, signOut }) {
  return html`<header class="page-head">
    <div class="brand"><img src="/favicon.svg" alt="" width="24" height="24" /><h1>OpenAI Audit</h1></div>
    <div class="who">
      <span data-testid="signed-in-as"><${Text} value=${claims.name} /></span>
      <${Badge} tone="plain">${isAdmin ? 'administrator' : 'auditor'}<//>
      <button type="button" class="small" data-testid="sign-out" onClick=${signOut}>Sign out</button>
    </div>
  </header>`;
}

function OrgFilter({ organizations, orgId, choose }) {
  if (organizations.length < 2) return null;
  return html`<label class="org-filter">Organization
    <select data-testid="org-filter" value=${orgId} onChange=${(event) => choose(event.target.value)}>
      <option value="">All ${organizations.length}</option>
      ${organizations.map((each) => html`<option key=${each.org_id} value=${each.org_id}>${withoutHidden(orgName(each))}</option>`)}
    </select></label>`;
}
