/** What the tenant said: of findings, and of who answers for service accounts. Packs hold it, without the notes. */
import { html } from '../../app/preact.js';
import { useBoundedList } from '../../app/bounded-list.js';
import { count } from '../../app/days.js';
import { REASON_CODES } from '../../app/finding-words.js';
import { words } from '../../app/text.js';
import { Person } from '../names/person.js';
import { Badge, Instant, ProblemBox, Text } from '../widgets/elements.js';
import { Listing } from '../widgets/listing.js';
import { Empty } from '../widgets/notices.js';

const SAID = ['finding.stated', 'findings.stated', 'service_account.person_named'];
const TONES = { open: 'plain', acknowledged: 'info', accepted: 'good' };

/** @param {import('../views.js').ViewProps} props */
export function Statements({ api, orgId, refreshCount, user }) {
  const custody = useBoundedList(api, '/custody', {}, refreshCount);
  const said = custody.items.filter(({ action, facts }) => SAID.includes(action) && (orgId === '' || orgsOf(facts).includes(orgId)));
  const looked = custody.isWhole ? '' : ` among the newest ${count(custody.items.length, 'entry', 'entries')} of the custody log`;
  return html`<section aria-labelledby="statements-title" data-testid="room-statements">
    <header class="view-head"><div><h2 id="statements-title">Statements</h2>
      <p class="muted">What was said of findings, and who was named for service accounts; newest first. Each is sealed with its hour and stands in the packs of its
        period, with who said it and when; of a note they hold a keyed hash.</p></div></header>
    <p role="status" data-testid="statements-sentence">${custody.state === 'loading' ? 'Reading…' : `${count(said.length, 'statement')}${looked}.`}</p>
    ${custody.state === 'ready' && said.length === 0 && html`<${Empty} testid="statements-empty" title="Nothing was said yet">Under Findings an administrator says what becomes of one.<//>`}
    ${said.length > 0 && html`<${Listing} id="statements" title="Statements" rows=${said} rowId=${(entry) => `${entry.n} ${entry.at} ${JSON.stringify(entry.facts)}`} columns=${columnsOf(user)} />`}
    ${custody.problem && html`<${ProblemBox} problem=${custody.problem} retry=${custody.readOn} testid="statements-problem" />`}
    ${custody.state === 'ready' && !custody.isWhole && html`<button type="button" data-testid="statements-on" onClick=${custody.readOn}>Read further back</button>`}
  </section>`;
}

function columnsOf(user) {
  return [
    { label: 'When', kind: 'time', cell: (entry) => html`<${Instant} at=${entry.at} seconds />` },
    { label: 'Who', cell: (entry) => html`<${Person} id=${entry.by} user=${user} />` },
    { label: 'Of', cell: ({ facts }) => html`<${Of} facts=${facts} />` },
    { label: 'What', cell: ({ facts }) => html`<${What} facts=${facts} />` },
    { label: 'Who answers', cell: ({ facts }) => (facts.findings ? html`<span class="muted">as each says</span>` : html`<${Person} ...${answering(facts)} user=${user} />`) },
    { label: 'Until', kind: 'time', cell: ({ facts }) => html`${facts.findings ? html`<span class="muted">as each says</span>` : facts.due_date ? html`due <${Text} value=${facts.due_date} />` : html`<span class="muted">no day</span>`}
      ${facts.review_date && html`<span class="under-badge muted">again on <${Text} value=${facts.review_date} /></span>`}` },
  ];
}

const orgsOf = (facts) => (facts.findings ?? [facts]).map(({ org_id }) => org_id);

function Of({ facts }) {
  if (facts.findings) return html`<details><summary>${count(facts.findings.length, 'finding')}</summary><ul class="plain-list">${facts.findings.map(({ org_id, finding_id }) =>
    html`<li key=${org_id + finding_id} class="id"><${Text} value=${finding_id} /></li>`)}</ul></details>`;
  return html`${facts.service_account_id ? 'service account' : 'finding'} <span class="id"><${Text} value=${facts.service_account_id ?? facts.finding_id} /></span>`;
}

function What({ facts }) {
  if (facts.findings) return html`<span class="muted">said at once; the packs have what was said of each</span>`;
  if (facts.service_account_id) return html`<span class="muted">who answers for it</span>`;
  return html`<${Badge} tone=${TONES[facts.state] ?? 'warn'}><${Text} value=${words(facts.state ?? '')} /><//>
    ${facts.reason_code && html`<span class="under-badge"><${Text} value=${REASON_CODES[facts.reason_code] ?? words(facts.reason_code)} /></span>`}`;
}

/** An address was hashed before it was kept. */
function answering(facts) {
  const who = facts.service_account_id ? facts.person : facts.accountable;
  return /^[0-9a-f]{64}$/.test(who ?? '') ? { hash: who } : { id: who };
}
