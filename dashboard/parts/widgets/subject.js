/** What a finding or a row is about, as a person would recognise it: name, last four, project, owner. */
import { html } from '../../app/preact.js';
import { formatAddress } from '../../app/address.js';
import { entityWords } from '../../app/finding-words.js';
import { withoutHidden } from '../../app/text.js';
import { Text } from './elements.js';

const LAST = 4;

/** A redacted value, its last four set off: they are what OpenAI shows of a key everywhere. */
export function Redacted({ value }) {
  if (!value) return null;
  const text = String(value);
  return html`<span class="redacted" title=${withoutHidden(text).slice(0, 60)}><span class="redacted-head"><${Text} value=${text.slice(0, -LAST) || '…'} /></span><strong><${Text} value=${text.slice(-LAST)} /></strong></span>`;
}

/** Where a thing's own story stands. */
export function subjectLink({ section, entity_id, org_id, subject }) {
  if (section === 'api_keys' && entity_id) return formatAddress('key', { id: entity_id, org_id, project_id: subject?.project_id });
  return formatAddress('findings', entity_id ? { entity_id, section, org_id } : { section, org_id });
}

/** @param {{item: {section: string, entity_id: string, org_id: string, subject: any}}} props */
export function SubjectName({ item }) {
  const { subject, entity_id, section } = item;
  const name = subject?.name ?? (subject?.owner_prefix && section !== 'api_keys' ? `${subject.owner_prefix}…` : null);
  return html`<a class="subject-name" href=${subjectLink(item)}><${Text} value=${name ?? (entity_id || entityWords(section))} /></a>
    <span class="subject-id">${section !== 'api_keys' && html`<span class="muted"><${Text} value=${entityWords(section)} /></span>`}
      ${entity_id && name && html`<span class="id"><${Text} value=${entity_id} /></span>`}<${Redacted} value=${subject?.redacted_value} /></span>`;
}

/** In which project, and whose. */
export function SubjectPlace({ subject }) {
  const project = subject?.project_name ?? subject?.project_id;
  const owner = subject?.owner_prefix ? html`<${Text} value=${subject.owner_prefix} />…` : subject?.owner_id && html`<span class="id"><${Text} value=${subject.owner_id} /></span>`;
  return html`<span class="subject-place">${project && html`<span><${Text} value=${project} /></span>`}${owner && html`<span class="muted">owner ${owner}</span>`}</span>`;
}
