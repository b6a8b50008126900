/** One key's life: what it is, what to do about it and where, and everything that was sealed of it. */
import { html } from '../../app/preact.js';
import { formatAddress, useAddress } from '../../app/address.js';
import { useAnswer, useList } from '../../app/answers.js';
import { keyType } from '../../app/key-words.js';
import { keyLife } from '../../app/key-life.js';
import { NO_NAMES } from '../../app/names.js';
import { findingId, isToDo } from '../../app/work.js';
import { FindingLine } from '../findings/finding-line.js';
import { Empty } from '../widgets/notices.js';
import { Badge, Instant, ProblemBox, Text } from '../widgets/elements.js';
import { Redacted } from '../widgets/subject.js';
import { KeyFindings, LastUsed, OwnerOf, ProjectOf, Works } from './keys.js';
import { KeyProof } from './key-proof.js';
import { KeyRemedy } from './key-remedy.js';
import { Timeline } from './timeline.js';

/** @param {import('../views.js').ViewProps} props */
export function KeyLife({ api, user, isAdmin, orgId, refreshCount }) {
  const { query } = useAddress();
  const keyId = query.id ?? '';
  const ofKey = { org_id: orgId, state: 'all', limit: '100' };
  const keys = useAnswer(api, '/api-keys', refreshCount, { ...ofKey, project_id: query.project_id ?? '', key_id: keyId });
  const findings = useList(api, '/findings', { ...ofKey, key_id: keyId }, refreshCount);
  const events = useList(api, '/events', { org_id: orgId, target_id: keyId, limit: '100' }, refreshCount);
  const changes = useList(api, '/changes', { org_id: orgId, section: 'api_keys', entity_id: keyId, limit: '100' }, refreshCount);
  const stays = (keys.body?.items ?? []).filter((row) => row.key_id === keyId).sort((a, b) => a.first_seen_at.localeCompare(b.first_seen_at));
  const key = stays.at(-1) ?? null;
  const context = { api, user, isAdmin, orgId, refreshCount, names: NO_NAMES, putItem: findings.putItem };
  const work = findings.list.items.filter(isToDo);
  const problems = [keys.problem, findings.list.problem, events.list.problem, changes.list.problem].filter(Boolean);
  return html`<section aria-labelledby="key-title" data-testid="room-key">
    <p class="crumbs"><a href=${formatAddress('keys', { org_id: orgId })}>API keys</a></p>
    <header class="view-head"><div><h2 id="key-title"><${Text} value=${key?.name || keyId || 'No key'} /></h2>
      <p class="subject-id">${keyId && html`<span class="id muted"><${Text} value=${keyId} /></span>`}<${Redacted} value=${key?.redacted_value} /></p></div>
      ${key && html`<div class="badges"><${KeyFindings} item=${key} /></div>`}</header>
    ${problems.map((problem, index) => html`<${ProblemBox} key=${index} problem=${problem} testid="key-problem" />`)}
    ${keys.state === 'loading' && key === null && html`<p class="muted" role="status">Reading…</p>`}
    ${keys.state === 'ready' && key === null && html`<${Empty} testid="key-empty" title="No such key">
      No sealed picture shows a key with this id. <a href=${formatAddress('keys', { org_id: orgId })}>All keys</a><//>`}
    ${key && html`<div class="life">
      <div class="life-side">
        <section class="panel" aria-labelledby="facts-title"><h3 id="facts-title">What it is</h3><${Facts} item=${key} context=${context} /></section>
        <${KeyRemedy} item=${key} findings=${work} />
        <${KeyProof} api=${api} orgId=${key.org_id} keyId=${keyId} />
      </div>
      <div>
        ${findings.list.items.length > 0 && html`<section class="panel" aria-labelledby="found-title"><h3 id="found-title">What was found</h3>
          <ul class="finding-list">${findings.list.items.map((finding) => html`<${FindingLine} key=${findingId(finding)} finding=${finding} context=${context} />`)}</ul></section>`}
        <${Timeline} api=${api} orgId=${key.org_id} entries=${keyLife(stays, findings.list.items, changes.list.items, events.list.items)}
          isWhole=${[findings, changes, events].every(({ list }) => list.nextCursor === null)} />
      </div></div>`}
  </section>`;
}

function Facts({ item: key, context }) {
  return html`<dl class="facts">
    <div><dt>Still works</dt><dd><${Works} item=${key} /></dd></div>
    <div><dt>Project</dt><dd><${ProjectOf} row=${key} context=${context} /></dd></div>
    <div><dt>Owner</dt><dd><${OwnerOf} row=${key} context=${context} />
      ${key.owner_id && html`<div><a href=${formatAddress('access', { org_id: key.org_id, entity_id: key.owner_id })} data-testid="key-owner-can">What else they can do</a></div>`}</dd></div>
    <div><dt>Type</dt><dd><${Text} value=${keyType(key)} /></dd></div>
    <div><dt>Created</dt><dd><${Instant} at=${key.created_at} /></dd></div>
    <div><dt>Last used</dt><dd><${LastUsed} item=${key} /></dd></div>
    <div><dt>Ends</dt><dd><${Instant} at=${key.expires_at} unknown="OpenAI tells of no end" /></dd></div>
    <div><dt>As of</dt><dd><${Instant} at=${key.state_at} />${key.removed_at && html` <${Badge} tone="plain">gone<//>`}</dd></div>
  </dl>`;
}
