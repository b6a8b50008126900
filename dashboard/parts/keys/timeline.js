/** A key's timeline: each entry with the hour that sealed it, and that seal's digest. */
import { html, useState } from '../../app/preact.js';
import { useAnswer } from '../../app/answers.js';
import { endOfHour, hourSpan, isInstant } from '../../app/instants.js';
import { Copyable, Instant, Text } from '../widgets/elements.js';

const FIRST_ENTRIES = 40;

/** @param {{api: any, orgId: string, entries: import('../../app/key-life.js').LifeEntry[], isWhole: boolean}} props */
export function Timeline({ api, orgId, entries, isWhole }) {
  const [all, setAll] = useState(false);
  const shown = all ? entries : entries.slice(0, FIRST_ENTRIES);
  return html`<section class="panel" aria-labelledby="life-title"><h3 id="life-title">Its life, newest first</h3>
    <ol class="timeline" data-testid="timeline">${shown.map((entry) => html`<li key=${entry.id} class=${entry.tone} data-testid="life-entry">
      <div class="life-at"><${Instant} at=${entry.at} /></div>
      <div><strong><${Text} value=${entry.what} /></strong>${entry.more && html`<span class="under-badge muted"><${Text} value=${entry.more} /></span>`}
        ${entry.event_id && html`<span class="under-badge muted">event <span class="id"><${Text} value=${entry.event_id} /></span></span>`}
        ${isInstant(entry.hour) && html`<${SealOf} api=${api} orgId=${orgId} hour=${entry.hour} />`}</div></li>`)}</ol>
    ${shown.length < entries.length && html`<button type="button" onClick=${() => setAll(true)}>All ${entries.length}</button>`}
    ${!isWhole && html`<p class="muted">There is more than one page of it; this is what the first pages hold.</p>`}
  </section>`;
}

/** The digest is read once somebody asks which seal it is. */
function SealOf({ api, orgId, hour }) {
  const [open, setOpen] = useState(false);
  return html`<details class="seal-of" onToggle=${(event) => setOpen(event.currentTarget.open)}><summary>sealed in ${hourSpan(hour)} UTC</summary>
    ${open && html`<${Digest} api=${api} orgId=${orgId} hour=${hour} />`}</details>`;
}

function Digest({ api, orgId, hour }) {
  const query = { from: hour, to: endOfHour(hour).replace('.000Z', 'Z'), limit: '1' };
  const answer = useAnswer(api, `/orgs/${encodeURIComponent(orgId)}/hours`, 0, query);
  const digest = answer.body?.items[0]?.sha256;
  if (answer.problem) return html`<p class="muted" role="alert"><${Text} value=${answer.problem.title} /></p>`;
  if (answer.state === 'loading') return html`<p class="muted" role="status">Reading…</p>`;
  return digest ? html`<${Copyable} value=${digest} label="the digest of the seal" testid="life-digest" />` : html`<p class="muted">No seal of this hour.</p>`;
}
