import { html } from '../app/preact.js';
import { formatAddress } from '../app/address.js';
import { Hour, ProblemBox } from './widgets/elements.js';

const KPIS = [
  { id: 'orgs', label: 'Connected organizations', view: 'organizations' },
  { id: 'users', label: 'Users', view: 'users' },
  { id: 'active_projects', label: 'Active projects', view: 'projects' },
  { id: 'api_keys', label: 'API keys', view: 'keys' },
  { id: 'stale_keys', label: 'Stale keys', hint: 'not used for over 90 days', view: 'keys', query: { finding: 'stale_key' }, red: true },
];

/** The five figures, each a way into its table, and what they are as of. */
export function KpiStrip({ summary, refresh, orgId }) {
  const { body } = summary;
  return html`<section class="kpis" aria-labelledby="kpi-title" aria-busy=${summary.state === 'loading'}>
    <h2 class="unseen" id="kpi-title">At a glance</h2>
    ${summary.state === 'failed' && html`<${ProblemBox} problem=${summary.problem} retry=${refresh} testid="summary-problem" />`}
    <dl class="kpi-row">${KPIS.map((kpi) => html`<${Kpi} key=${kpi.id} kpi=${kpi} orgId=${orgId} value=${body?.[kpi.id]} isRead=${body !== null} />`)}</dl>
    <p class="kpi-foot">
      <span>Last closed hour <strong data-testid="kpi-last-closed-hour"><${Hour} hour=${body?.last_closed_hour} /></strong></span>
      <span><a href=${formatAddress('findings', { org_id: orgId })}>Open findings</a> <strong data-testid="kpi-open-findings">${figure(body?.open_findings)}</strong></span>
      <span class="utc-note">All times are UTC; hover for your own</span>
      <button type="button" class="small" data-testid="refresh" disabled=${summary.state === 'loading'} onClick=${refresh}>Refresh</button>
    </p>
  </section>`;
}

function Kpi({ kpi, value, isRead, orgId }) {
  const alarming = kpi.red === true && value > 0;
  const testid = `kpi-${kpi.id.replaceAll('_', '-')}`;
  return html`<div class=${`kpi${alarming ? ' alarming' : ''}`}>
    <dt><a href=${formatAddress(kpi.view, { ...kpi.query, org_id: orgId })}>${kpi.label}</a>${kpi.hint && html`<span class="muted"> ${kpi.hint}</span>`}</dt>
    <dd data-testid=${testid} title=${isRead && value === null ? 'not known: the section could not be read' : undefined}>${figure(value)}</dd>
  </div>`;
}

/** Unknown is a dash, never a zero. */
function figure(value) {
  return typeof value === 'number' ? value.toLocaleString('en-US') : '—';
}
