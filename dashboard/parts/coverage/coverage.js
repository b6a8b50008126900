/** Every hour of every day: was anybody looking, and what did the look see? */
import { html, useState } from '../../app/preact.js';
import { useList } from '../../app/answers.js';
import { HOUR_WORDS, coverageSentence, hourLabel, hourOf, isClosed } from '../../app/coverage.js';
import { orgName } from '../../app/sections.js';
import { Empty } from '../widgets/notices.js';
import { ProblemBox, Text } from '../widgets/elements.js';
import { TableFrame } from '../widgets/table-frame.js';
import { HourDetails } from './hour-details.js';

const DAYS_AT_ONCE = '30';
const HOURS = [...Array(24).keys()];

export function Coverage({ api, organizations, orgId, refreshCount }) {
  const chosen = (organizations ?? []).filter((organization) => orgId === '' || organization.org_id === orgId);
  return html`<section aria-labelledby="coverage-title" data-testid="room-coverage">
    <header class="view-head"><div><h2 id="coverage-title">Coverage</h2>
      <p class="muted">Each hour of each day, in UTC. Choose one to see its seal.</p></div>
      <${Legend} /></header>
    ${organizations !== null && chosen.length === 0 && html`<${Empty} testid="coverage-empty" title="No organization connected yet">
      Connect one under <a href="#organizations">Organizations</a>; its first picture is taken right away.<//>`}
    ${chosen.map((organization) => html`<${Days} key=${organization.org_id} api=${api} organization=${organization} refreshCount=${refreshCount} />`)}
  </section>`;
}

function Legend() {
  return html`<ul class="legend" aria-label="What the signs mean">${Object.entries(HOUR_WORDS)
    .filter(([, word]) => word.sign !== '')
    .map(([name, word]) => html`<li key=${name}><span class=${`hour ${word.tone}`} aria-hidden="true">${word.sign}</span> ${word.text}</li>`)}</ul>`;
}

function Days({ api, organization, refreshCount }) {
  const path = `/orgs/${encodeURIComponent(organization.org_id)}/days`;
  const { list, loadMore, retry } = useList(api, path, { limit: DAYS_AT_ONCE }, refreshCount);
  const [hour, setHour] = useState(null);
  const titleId = `coverage-${organization.org_id}`;
  const toggle = (start) => setHour((before) => (before === start ? null : start));
  return html`<section class="panel" aria-labelledby=${titleId} data-testid="coverage-organization" data-org=${organization.org_id}>
    <h3 id=${titleId}><${Text} value=${orgName(organization)} /></h3>
    ${list.items.length > 0 && html`<p data-testid="coverage-sentence">${coverageSentence(list.items)}</p>
      <${TableFrame} labelledby=${titleId}>
        <table class="coverage"><caption class="unseen">Hours by day, newest day first</caption>
          <thead><tr><th scope="col">Day</th>${HOURS.map((index) => html`<th key=${index} scope="col">${String(index).padStart(2, '0')}</th>`)}</tr></thead>
          <tbody>${list.items.map((day) => html`<${Day} key=${day.day} day=${day} chosen=${hour} choose=${toggle} />`)}</tbody>
        </table><//>`}
    ${hour !== null && html`<${HourDetails} key=${hour} api=${api} orgId=${organization.org_id} hour=${hour} close=${() => setHour(null)} />`}
    ${list.problem && html`<${ProblemBox} problem=${list.problem} retry=${retry} testid="coverage-problem" />`}
    ${list.state === 'loading' && html`<p class="muted" role="status">Reading…</p>`}
    ${list.state === 'ready' && list.items.length === 0 && html`<p class="muted" data-testid="coverage-none">No hour is sealed yet; the first picture is taken right after connecting.</p>`}
    ${list.nextCursor !== null && html`<button type="button" data-testid="coverage-more" disabled=${list.state === 'loading'} onClick=${loadMore}>Earlier days</button>`}
  </section>`;
}

function Day({ day, chosen, choose }) {
  return html`<tr data-testid="coverage-day"><th scope="row"><time datetime=${day.day}>${day.day}</time></th>
    ${day.hours.map((word, index) => {
      const start = hourOf(day.day, index);
      const { sign, tone } = HOUR_WORDS[word] ?? { sign: '?', tone: 'warn' };
      const label = hourLabel(start, word);
      return html`<td key=${index}>${isClosed(word)
        ? html`<button type="button" class=${`hour ${tone}`} title=${label} aria-label=${label} aria-expanded=${chosen === start}
            data-testid="coverage-hour" data-hour=${start} onClick=${() => choose(start)}>${sign}</button>`
        : html`<span class=${`hour ${tone}`} role="img" title=${label} aria-label=${label}>${sign}</span>`}</td>`;
    })}</tr>`;
}
