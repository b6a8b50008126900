/** One closed hour: how each section was read, what it sealed, and the digest that vouches for it. */
import { html } from '../../app/preact.js';
import { formatAddress } from '../../app/address.js';
import { useAnswer } from '../../app/answers.js';
import { endOfHour, hourSpan } from '../../app/instants.js';
import { SECTION_NAMES } from '../../app/sections.js';
import { words } from '../../app/text.js';
import { Badge, Copyable, Instant, ProblemBox, Text } from '../widgets/elements.js';

const TONES = { complete: 'good', partial: 'warn', unproven: 'warn', unavailable: 'info', forbidden: 'bad', failed: 'bad' };

export function HourDetails({ api, orgId, hour, close }) {
  const query = { from: hour, to: endOfHour(hour).replace('.000Z', 'Z'), limit: '1' };
  const answer = useAnswer(api, `/orgs/${encodeURIComponent(orgId)}/hours`, 0, query);
  const row = answer.body?.items[0] ?? null;
  return html`<section class="hour-details" aria-label=${`The hour ${hourSpan(hour)} UTC`} data-testid="hour-details">
    <header class="view-head"><h4>${hourSpan(hour)} UTC</h4>
      <button type="button" class="small" data-testid="hour-close" onClick=${close}>Close</button></header>
    ${answer.problem && html`<${ProblemBox} problem=${answer.problem} testid="hour-problem" />`}
    ${answer.state === 'loading' && html`<p class="muted" role="status">Reading…</p>`}
    ${row && html`<dl class="facts">
      <div><dt>Outcome</dt><dd>${words(row.outcome)}${row.reason && html`: <${Text} value=${words(row.reason)} />`}</dd></div>
      <div><dt>Sections</dt><dd class="badges">${Object.entries(row.sections).map(([name, status]) => html`<${Badge} key=${name}
        tone=${TONES[status] ?? 'plain'}>${SECTION_NAMES[name] ?? words(name)}: ${words(status)}<//>`)}</dd></div>
      <div><dt>Sealed first</dt><dd>${row.events} ${row.events === 1 ? 'event' : 'events'}, ${row.changes} ${row.changes === 1 ? 'change' : 'changes'}${row.oldest_event_at
        && html`, the oldest event of <${Instant} at=${row.oldest_event_at} /> UTC`}</dd></div>
      <div><dt>Open findings</dt><dd>${row.open_findings ?? 'not known'}</dd></div>
      <div><dt>Rights</dt><dd><a href=${formatAddress('access', { org_id: orgId, as_of: hour })} data-testid="hour-access">Who could do what</a></dd></div>
      <div><dt>Digest of the seal</dt><dd><${Copyable} value=${row.sha256} label="the digest of the seal" testid="hour-digest" /></dd></div>
    </dl>`}
  </section>`;
}
