/** Custody: who did what with the tenant's evidence, as the service noted it and seals it. */
import { html } from '../../app/preact.js';
import { useList } from '../../app/answers.js';
import { actionWords, byWords } from '../../app/custody-words.js';
import { isInstant, utc } from '../../app/instants.js';
import { words } from '../../app/text.js';
import { Person } from '../names/person.js';
import { Badge, Instant, ProblemBox, Text } from '../widgets/elements.js';
import { Listing } from '../widgets/listing.js';
import { Empty } from '../widgets/notices.js';

/** @param {import('../views.js').ViewProps} props */
export function Custody({ api, refreshCount, user }) {
  const { list, loadMore, retry } = useList(api, '/custody', { limit: '100' }, refreshCount);
  return html`<section aria-labelledby="custody-title" data-testid="room-custody">
    <header class="view-head"><div><h2 id="custody-title">Custody</h2>
      <p class="muted">Who connected, asked for packs, shared them, said something of a finding or fetched the hashing key; newest first. The entries are
        numbered, sealed with the hour, and in packs.</p></div></header>
    ${list.state === 'ready' && list.items.length === 0 && html`<${Empty} testid="custody-empty" title="Nothing was noted yet">What is done with the evidence stands here from the first connection on.<//>`}
    ${list.items.length > 0 && html`<${Listing} id="custody" title="Custody log" rows=${list.items} rowId=${(entry) => `${entry.n} ${entry.at} ${entry.action} ${JSON.stringify(entry.facts)}`} columns=${columnsOf(user)} />`}
    ${list.problem && html`<${ProblemBox} problem=${list.problem} retry=${retry} testid="custody-problem" />`}
    <footer class="view-foot"><span class="muted" role="status">${list.state === 'loading' ? 'Reading…' : ''}</span>
      ${list.nextCursor !== null && html`<button type="button" data-testid="custody-older" disabled=${list.state === 'loading'} onClick=${loadMore}>Older entries</button>`}</footer>
  </section>`;
}

function columnsOf(user) {
  return [
    { label: 'No.', kind: 'number', cell: (entry) => entry.n ?? html`<${Badge} tone="plain" title="an older version made it: it is not sealed">not sealed<//>` },
    { label: 'When', kind: 'time', cell: (entry) => html`<${Instant} at=${entry.at} seconds />` },
    { label: 'Who', cell: (entry) => byWords(entry.by) ?? html`<${Person} id=${entry.by} user=${user} />` },
    { label: 'What', cell: (entry) => html`<${Text} value=${actionWords(entry.action)} />` },
    { label: 'Of what', kind: 'facts-of', cell: (entry) => html`<${Facts} facts=${entry.facts ?? {}} />` },
  ];
}

function Facts({ facts }) {
  const said = Object.entries(facts).filter(([, value]) => value !== null && value !== '');
  if (said.length === 0) return html`<span class="muted">nothing else</span>`;
  return html`<dl class="flow">${said.map(([name, value]) => html`<div key=${name}><dt><${Text} value=${words(name)} /></dt>
    <dd class="id"><${Text} value=${factText(value)} /></dd></div>`)}</dl>`;
}

function factText(value) {
  if (typeof value === 'object') return JSON.stringify(value);
  return /^\d{4}-\d\d-\d\dT/.test(value) && isInstant(value) ? `${utc(value, true)} UTC` : value;
}
