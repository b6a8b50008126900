import { html, useState } from '../../app/preact.js';
import { asProblem } from '../../app/problem.js';
import { SECTION_NAMES, orgName, sectionStatus } from '../../app/sections.js';
import { words } from '../../app/text.js';
import { ChangeDialog } from './change-dialog.js';
import { Badge, Hour, Instant, ProblemBox, Text } from '../widgets/elements.js';

const CONNECTION_TONES = { connected: 'good', paused: 'warn', disconnected: 'plain' };
const OUTCOME_TONES = { complete: 'good', partial: 'warn', failed: 'bad', missed: 'bad', paused: 'plain' };
const STATUS_TONES = { complete: 'good', ok: 'good', partial: 'warn', unproven: 'warn', unavailable: 'info', forbidden: 'bad', failed: 'bad' };

/** One organization: how its last hour went, which sections its key can read, when the key ends. */
export function OrganizationCard({ api, organization, summaryRow, isAdmin, refresh }) {
  const [dialog, setDialog] = useState(null);
  const [problem, setProblem] = useState(null);
  const path = `/orgs/${encodeURIComponent(organization.org_id)}`;
  const sendChange = async (method, tail, body) => {
    setProblem(null);
    await api.send(method, path + tail, body);
    refresh();
  };
  const sendChangeNow = (method, tail) => sendChange(method, tail).catch((error) => setProblem(asProblem(error)));
  const isDisconnected = organization.status === 'disconnected';
  return html`<article class="card" data-testid="organization" data-org=${organization.org_id}>
    <header class="card-head">
      <div><h3><${Text} value=${orgName(organization)} /></h3><span class="id muted"><${Text} value=${organization.org_id} /></span></div>
      <${Badge} tone=${CONNECTION_TONES[organization.status] ?? 'warn'}>${organization.status}<//>
    </header>
    <${Facts} organization=${organization} summaryRow=${summaryRow} />
    ${organization.hints?.length > 0 && html`<ul class="hints" data-testid="hints">${organization.hints.map((hint) =>
      html`<li key=${hint}><${Text} value=${hint} /></li>`)}</ul>`}
    ${problem && html`<${ProblemBox} problem=${problem} testid="organization-problem" />`}
    ${isAdmin && !isDisconnected && html`<div class="actions">
      ${organization.status === 'paused'
        ? html`<button type="button" class="small" data-testid="resume" onClick=${() => sendChangeNow('POST', '/resume')}>Resume</button>`
        : html`<button type="button" class="small" data-testid="pause" onClick=${() => sendChangeNow('POST', '/pause')}>Pause</button>`}
      <button type="button" class="small" data-testid="rename" onClick=${() => setDialog('rename')}>Rename</button>
      <button type="button" class="small" data-testid="replace-key" onClick=${() => setDialog('replace-key')}>Replace key</button>
      <button type="button" class="small danger" data-testid="disconnect" onClick=${() => setDialog('disconnect')}>Disconnect</button>
    </div>`}
    ${dialog && html`<${ChangeDialog} changeKind=${dialog} organization=${organization} sendChange=${sendChange} close=${() => setDialog(null)} />`}
  </article>`;
}

function Facts({ organization, summaryRow }) {
  const outcome = organization.outcome ?? summaryRow?.outcome;
  const late = summaryRow?.late_hours ?? 0;
  return html`<dl class="facts">
    <div><dt>Last hour</dt><dd><${Hour} hour=${organization.last_hour ?? summaryRow?.last_hour} /> ${outcome && html`<${Badge} tone=${OUTCOME_TONES[outcome] ?? 'warn'}>${outcome}<//>`}
      ${late > 0 && html` <${Badge} tone="bad">${late} ${late === 1 ? 'hour' : 'hours'} late<//>`}</dd></div>
    ${summaryRow?.missed_30d > 0 && html`<div><dt>Last 30 days</dt><dd><${Badge} tone="warn">${summaryRow.missed_30d} ${summaryRow.missed_30d === 1 ? 'hour' : 'hours'} missed<//></dd></div>`}
    <div><dt>Sections</dt><dd class="badges">${Object.keys(SECTION_NAMES).map((section) => html`<${Section} key=${section} section=${section} isOld=${late > 0}
      status=${(summaryRow && sectionStatus(summaryRow, section)) ?? organization.readable?.[section] ?? null} />`)}</dd></div>
    <div><dt>Connected</dt><dd><${Instant} at=${organization.connected_at} /></dd></div>
    ${organization.status !== 'disconnected' && html`<div><dt>Admin key</dt><dd><${KeyFacts} organization=${organization} /></dd></div>`}
    <div><dt>Organization</dt><dd>${organization.org_proof === 'proven'
      ? 'proven: with this key OpenAI refuses any other organization id'
      : html`<span class="warn-text">not proven: OpenAI accepted a wrong organization id with this key</span>`}</dd></div>
  </dl>`;
}

function KeyFacts({ organization }) {
  const ends = organization.admin_key_expires_at;
  return html`<span class="id">…${organization.admin_key_last4}</span>${' '}
    ${ends ? html`ends <${Instant} at=${ends} />` : html`<span>replace it by <${Instant} at=${organization.admin_key_warn_at} /></span>`}`;
}

/** What was read well hours ago is no good news. */
function Section({ section, status, isOld }) {
  const tone = STATUS_TONES[status] ?? 'plain';
  return html`<${Badge} tone=${isOld && tone === 'good' ? 'plain' : tone}>${SECTION_NAMES[section]}: ${status === null ? 'not read yet' : words(status)}<//>`;
}
