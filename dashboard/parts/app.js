/** The page of someone signed in: the menu, the figures on top, one view. */
import { html, useCallback, useEffect, useRef, useState } from '../app/preact.js';
import { formatAddress, useAddress } from '../app/address.js';
import { useAnswer } from '../app/answers.js';
import { useScroll } from '../app/scroll.js';
import { orgName } from '../app/sections.js';
import { withoutHidden } from '../app/text.js';
import { useWatch } from '../app/watch.js';
import { KpiStrip } from './kpi-strip.js';
import { NamesButton } from './names/names-button.js';
import { GROUPS, VIEWS, viewOf } from './views.js';
import { Badge, Text } from './widgets/elements.js';
import { FreshnessNotices } from './widgets/notices.js';

const FIRST_PICTURE_POLL_MS = 5_000;

/** @param {{api: any, claims: import('../app/claims.js').Claims, signOut: () => void}} props */
export function App({ api, claims, signOut }) {
  const address = useAddress();
  const view = viewOf(address.view);
  const [refreshCount, setRefreshCount] = useState(0);
  const refresh = useCallback(() => setRefreshCount((n) => n + 1), []);
  const summary = useAnswer(api, '/summary', refreshCount);
  const watched = useWatch(api, summary.body);
  const organizations = watched.body?.organizations ?? null;
  const isAdmin = claims.groups.includes('admin');
  const orgId = address.query.org_id ?? '';
  const viewProps = { api, claims, user: claims.user, isAdmin, summary: watched.body, organizations, orgId, refreshCount, refresh };
  useTitle(view.name);
  useFocus(view);
  useScroll(view.id, window.location.hash);
  useFirstPicture(organizations, summary, refresh);

  return html`<a class="skip" href="#content" onClick=${skipToContent}>Skip to the content</a>
    <${Header} api=${api} claims=${claims} isAdmin=${isAdmin} signOut=${signOut}>
      <${OrgFilter} organizations=${organizations ?? []} orgId=${orgId} choose=${(id) => address.set({ org_id: id })} />
    <//>
    <div class="frame">
      <${Menu} view=${view} orgId=${orgId} />
      <main id="content" tabindex="-1">
        <${FreshnessNotices} organizations=${watched.organizations} />
        ${watched.problem && html`<div class="notice warn" role="status" data-testid="watch-problem"><p><strong>Whether anybody is looking by now could not be read.</strong> <${Text} value=${watched.problem.title} />. What stands here is as it was; it is tried again in ten minutes, or with Refresh.</p></div>`}
        <${KpiStrip} summary=${summary} refresh=${refresh} orgId=${orgId} isOlder=${watched.isOlder} />
        <${view.component} key=${view.id} ...${viewProps} />
        <footer class="page-foot muted">Figures and tables show the last closed hour of each organization.
          What counts as evidence is the signed pack, not this page.</footer>
      </main>
    </div>`;
}

/** Where there is no width the menu is folded; a view chosen folds it again. */
function Menu({ view, orgId }) {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [view]);
  return html`<nav class="menu" aria-label="Views">
    <button type="button" class="menu-button" aria-expanded=${open} aria-controls="menu-groups" data-testid="menu" onClick=${() => setOpen(!open)}>
      <span class="unseen">Views, now open: </span>${view.name}</button>
    <div class=${`menu-groups${open ? ' open' : ''}`} id="menu-groups">
      ${GROUPS.map((group) => ({ group, views: VIEWS.filter((entry) => entry.group === group) }))
        .filter(({ views }) => views.length > 0)
        .map(({ group, views }) => html`<div key=${group}><h2>${group}</h2><ul>${views.map(({ id, name }) => html`<li key=${id}>
          <a href=${formatAddress(id, { org_id: orgId })} data-testid=${`nav-${id}`} aria-current=${view.id === id ? 'page' : undefined}>${name}</a></li>`)}</ul></div>`)}
    </div>
  </nav>`;
}

function useTitle(name) {
  useEffect(() => {
    document.title = `${name} · OpenAI Audit`;
  }, [name]);
}

/** What had the focus may have gone with the view before: whoever works by keyboard goes on in this one. */
function useFocus(view) {
  const before = useRef(view);
  useEffect(() => {
    if (before.current !== view && document.activeElement === document.body) document.getElementById('content').focus({ preventScroll: true });
    before.current = view;
  }, [view]);
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

function Header({ api, claims, isAdmin, signOut, children }) {
  return html`<header class="page-head">
    <div class="brand"><img src="/favicon.svg" alt="" width="24" height="24" /><h1>OpenAI Audit</h1></div>
    ${children}
    <div class="who">
      <span data-testid="signed-in-as"><${Text} value=${claims.name} /></span>
      <${Badge} tone="plain">${isAdmin ? 'administrator' : 'auditor'}<//>
      ${isAdmin && html`<${NamesButton} api=${api} />`}
      <button type="button" class="small" data-testid="sign-out" onClick=${signOut}>Sign out</button>
    </div>
  </header>`;
}

/** For every view at once, so it stands above them all. */
function OrgFilter({ organizations, orgId, choose }) {
  if (organizations.length < 2) return null;
  return html`<label class="org-filter"><span>Organization</span>
    <select data-testid="org-filter" value=${orgId} onChange=${(event) => choose(event.target.value)}>
      <option value="">All ${organizations.length}</option>
      ${organizations.map((organization) => html`<option key=${organization.org_id} value=${organization.org_id}>${withoutHidden(orgName(organization))}</option>`)}
    </select></label>`;
}
