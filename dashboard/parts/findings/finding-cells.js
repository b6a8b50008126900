/** The cells of a finding's row: what it is, what resolved it, what the tenant says of it. */
import { html } from '../../app/preact.js';
import { REASON_CODES, changeWords, kindWords, reasonWords } from '../../app/finding-words.js';
import { words } from '../../app/text.js';
import { isLate } from '../../app/work.js';
import { Person } from '../names/person.js';
import { Badge, Hour, Text } from '../widgets/elements.js';

export const SEVERITY_TONES = { high: 'bad', critical: 'bad', medium: 'warn', low: 'info' };
const STATED_TONES = { open: 'plain', acknowledged: 'info', accepted: 'good' };

export function Severity({ severity }) {
  return html`<${Badge} tone=${SEVERITY_TONES[severity] ?? 'warn'}><${Text} value=${severity} /><//>`;
}

export function FindingTitle({ finding }) {
  return html`<strong class="finding"><${Text} value=${kindWords(finding.kind)} /></strong>
    <span class="under-badge muted"><${Text} value=${reasonWords(String(finding.reason ?? ''))} />${finding.still_works === false ? ' · no longer works' : finding.still_works && !finding.resolved_hour ? ' · still works' : ''}</span>`;
}

/** What resolved it: a change, an event that turned up, a picture, or that an hour no longer shows it. */
export function Resolution({ finding }) {
  if (!finding.resolved_hour) return html`<span class="muted">not yet</span>`;
  const resolvedBy = finding.resolved_by;
  return html`<${Hour} hour=${finding.resolved_hour} />
    <span class="under-badge muted">${resolutionText(resolvedBy)}${resolvedBy?.event_id && html` <span class="id"><${Text} value=${resolvedBy.event_id} /></span>`}</span>`;
}

function resolutionText(resolvedBy) {
  if (!resolvedBy) return 'no longer so; nothing else about it changed';
  if (resolvedBy.kind === 'event') return 'by an event that turned up:';
  if (resolvedBy.kind === 'picture') return 'by what a later picture showed';
  const changeText = html`by a change: <${Text} value=${changeWords(resolvedBy.kind)} />`;
  return resolvedBy.event_id ? html`${changeText}, event` : changeText;
}

export function TenantState({ finding, user }) {
  const stated = finding.stated ?? { state: 'open' };
  const overdue = isLate(finding);
  return html`<${Badge} tone=${STATED_TONES[stated.state] ?? 'plain'}><${Text} value=${words(stated.state)} /><//>
    ${stated.reason_code && html`<span class="under-badge"><${Text} value=${REASON_CODES[stated.reason_code] ?? words(stated.reason_code)} /></span>`}
    ${stated.reason && html`<span class="under-badge"><${Text} value=${stated.reason} /></span>`}
    ${stated.accountable && html`<span class="under-badge muted">answers for it: <${Person} id=${stated.accountable} user=${user} /></span>`}
    ${finding.due_by && html`<span class=${`under-badge ${overdue ? 'stale' : 'muted'}`}>${overdue ? 'was due on' : 'due on'} <${Text} value=${finding.due_by} /></span>`}
    ${stated.review_date && html`<span class="under-badge muted">to be looked at again on <${Text} value=${stated.review_date} /></span>`}`;
}
