import { html } from '../app/preact.js';
import { formatAddress } from '../app/address.js';
import { isElsewhere, isInstant, localHourSpan } from '../app/instants.js';
import { Hour, ProblemBox } from './widgets/elements.js';

const KPIS = [
  { id: 'orgs', label: 'Organizations', view: 'organizations' },
  { id: 'users', first: 'billable_users', label: 'Users', view: 'users', beside: serviceAccounts },
  { id: 'active_projects', label: 'Active projects', view: 'projects' },
  { id: 'api_keys', label: 'API keys', view: 'keys' },
  { id: 'stale_keys', label: 'Stale keys', hint: 'over 90 days', view: 'keys', query: { finding: 'stale_key' }, red: true },
];

/** The five figures, each a way into its table, and what they are as of: one line above every view. */
export function KpiStrip({ summary, refresh, orgId, isOlder }) {
  const { body } = summary;
  return html`<section class="kpis" aria-labelledby="kpi-title" aria-busy=${summary.state === 'loading'}>
    <h2 class="unseen" id="kpi-title">At a glance</h2>
    ${summary.state === 'failed' && html`<${ProblemBox} problem=${summary.problem} retry=${refresh} testid="summary-problem" />`}
    <dl class="kpi-row">${KPIS.map((kpi) => html`<${Kpi} key=${kpi.id} kpi=${kpi} value=${valueOf(kpi, body)} beside=${kpi.beside?.(body)} isRead=${body !== null} orgId=${orgId} />`)}</dl>
    <p class="kpi-foot">
      <span>Last closed hour <strong data-testid="kpi-last-closed-hour"><${Hour} hour=${body?.last_closed_hour} /></strong> UTC
        ${isInstant(body?.last_closed_hour) && isElsewhere(body.last_closed_hour) && html` <span class="local" data-testid="kpi-local-hour">${localHourSpan(body.last_closed_hour)}</span>`}</span>
      <span><a href=${formatAddress('findings', { org_id: orgId })}>Open findings</a> <strong data-testid="kpi-open-findings">${figure(body?.open_findings)}</strong></span>
      <button type="button" class=${`small${isOlder ? ' primary' : ''}`} data-testid="refresh" disabled=${summary.state === 'loading'} onClick=${refresh}>Refresh</button>
      <span class="newer" role="status" data-testid="newer-hour">${isOlder ? 'A newer hour is closed.' : ''}</span>
    </p>
  </section>`;
}

function Kpi({ kpi, value, beside, isRead, orgId }) {
  const alarming = kpi.red === true && value > 0;
  const testid = `kpi-${kpi.id.replaceAll('_', '-')}`;
  return html`<div class=${`kpi${alarming ? ' alarming' : ''}`}>
    <dt><a href=${formatAddress(kpi.view, { ...kpi.query, org_id: orgId })}>${kpi.label}</a>${kpi.hint && html`<span class="muted"> ${kpi.hint}</span>`}</dt>
    <dd><span data-testid=${testid} title=${isRead && value === null ? 'not known: the section could not be read' : undefined}>${figure(value)}</span>
      ${beside && html` <span class="beside muted" data-testid=${`${testid}-beside`}>${beside}</span>`}</dd>
  </div>`;
}

/** The people who are billed, where the service tells who they are. */
function valueOf(kpi, body) {
  return (kpi.first && body?.[kpi.first]) ?? body?.[kpi.id];
}

function serviceAccounts(body) {
  if (typeof body?.users !== 'number' || typeof body.billable_users !== 'number') return null;
  const n = body.users - body.billable_users;
  return n > 0 ? `+ ${n.toLocaleString('en-US')} service ${n === 1 ? 'account' : 'accounts'}` : null;
}

/** Unknown is a dash, never a zero. */
function figure(value) {
  return typeof value === 'number' ? value.toLocaleString('en-US') : '—';
}
