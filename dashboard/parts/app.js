/** The page of someone signed in: figures on top, one view below. */
import { html, useCallback, useEffect, useState } from '../app/preact.js';
import { useAnswer } from '../app/answers.js';
import { orgName } from '../app/sections.js';
import { withoutHidden } from '../app/text.js';
import { Coverage } from './coverage/coverage.js';
import { KpiStrip } from './kpi-strip.js';
import { Organizations } from './organizations/organizations.js';
import { Packs } from './packs/packs.js';
import { Table } from './tables/table.js';
import { TABLES } from './tables/table-kinds.js';
import { Badge, Text } from './widgets/elements.js';
import { FreshnessNotices } from './widgets/notices.js';

const VIEWS = [
  ['organizations', 'Organizations'],
  ['users', 'Users'],
  ['projects', 'Projects'],
  ['api-keys', 'API keys'],
  ['events', 'Events'],
  ['changes', 'Changes'],
  ['findings', 'Findings'],
  ['coverage', 'Coverage'],
  ['packs', 'Evidence packs'],
];
const FIRST_PICTURE_POLL_MS = 5_000;

/** @param {{api: any, claims: import('../app/claims.js').Claims, signOut: () => void}} props */
export function App({ api, claims, signOut }) {
  const view = useView();
  const [refreshCount, setRefreshCount] = useState(0);
  const [orgId, setOrgId] = useState('');
  const refresh = useCallback(() => setRefreshCount((n) => n + 1), []);
  const summary = useAnswer(api, '/summary', refreshCount);
  const organizations = summary.body?.organizations ?? null;
  useFirstPicture(organizations, summary, refresh);
  const isAdmin = claims.groups.includes('admin');
  const commonProps = { api, refreshCount, refresh, isAdmin, summary: summary.body };

  return html`<a class="skip" href="#content" onClick=${skipToContent}>Skip to the content</a>
    <${Header} claims=${claims} isAdmin=${isAdmin} signOut=${signOut} />
    <main id="content" tabindex="-1">
      <${FreshnessNotices} organizations=${organizations ?? []} />
      <${KpiStrip} summary=${summary} refresh=${refresh} />
      <div class="views">
        <nav aria-label="Views">${VIEWS.map(([id, name]) => html`<a key=${id} href=${`#${id}`} data-testid=${`nav-${id}`}
          aria-current=${view === id ? 'page' : undefined}>${name}</a>`)}</nav>
        ${(view in TABLES || view === 'coverage') && html`<${OrgFilter} organizations=${organizations ?? []} orgId=${orgId} choose=${setOrgId} />`}
      </div>
      ${view === 'organizations' && html`<${Organizations} ...${commonProps} />`}
      ${view === 'coverage' && html`<${Coverage} api=${api} organizations=${organizations} orgId=${orgId} refreshCount=${refreshCount} />`}
      ${view === 'packs' && html`<${Packs} ...${commonProps} />`}
      ${view in TABLES && html`<${Table} key=${view} kind=${TABLES[view]} api=${api} organizations=${organizations} orgId=${orgId} refreshCount=${refreshCount}
        isAdmin=${isAdmin} user=${claims.user} />`}
    </main>
    <footer class="page-foot muted">Figures and tables show the last closed hour of each organization.
      What counts as evidence is the signed pack, not this page.</footer>`;
}

/** The view named by the address, so that each has a link and the back button works. */
function useView() {
  const [view, setView] = useState(viewOfAddress());
  useEffect(() => {
    const follow = () => setView(viewOfAddress());
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  useEffect(() => {
    document.title = `${VIEWS.find(([id]) => id === view)[1]} · OpenAI Audit`;
  }, [view]);
  return view;
}

function viewOfAddress() {
  const id = window.location.hash.slice(1);
  return VIEWS.some(([viewId]) => viewId === id) ? id : 'organizations';
}

/** Read again by itself until each connected organization has its first picture. */
function useFirstPicture(organizations, summary, refresh) {
  const waiting = (organizations ?? []).some((organization) => organization.status === 'connected' && !organization.last_hour);
  useEffect(() => {
    if (!waiting || summary.state !== 'ready') return undefined;
    const timer = setTimeout(refresh, FIRST_PICTURE_POLL_MS);
    return () => clearTimeout(timer);
  }, [waiting, summary, refresh]);
}

/** The address names the view, so the skip link moves the focus itself. */
function skipToContent(event) {
  event.preventDefault();
  document.getElementById('content').focus();
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
      ${organizations.map((organization) => html`<option key=${organization.org_id} value=${organization.org_id}>${withoutHidden(orgName(organization))}</option>`)}
    </select></label>`;
}
