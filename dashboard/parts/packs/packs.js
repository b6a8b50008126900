/** Evidence packs: ask for one, watch it being built, download it, know how to verify it. */
import { html } from '../../app/preact.js';
import { useAnswer, useList } from '../../app/answers.js';
import { usePolling } from '../../app/downloads.js';
import { AnchorsPanel } from './anchors.js';
import { Empty } from '../widgets/notices.js';
import { PackForm } from './pack-form.js';
import { PackRow } from './pack-row.js';
import { ProblemBox } from '../widgets/elements.js';
import { TableFrame } from '../widgets/table-frame.js';

export function Packs({ api, refreshCount, isAdmin, summary }) {
  const { list, loadMore, retry, putItem } = useList(api, '/evidence-packs', {}, refreshCount);
  const keys = useAnswer(api, '/signing-keys', refreshCount);
  usePolling(api, '/evidence-packs', list.items, putItem);
  const addPack = (pack) => putItem((other) => other.number === pack.number, pack);
  const isEmpty = list.state === 'ready' && list.items.length === 0;
  return html`<section aria-labelledby="packs-title" data-testid="room-packs">
    <header class="view-head"><div><h2 id="packs-title">Evidence packs</h2>
      <p class="muted">The sealed hours of a period as one signed archive that an auditor verifies offline. The previous month's pack is made by itself on the 4th.</p></div></header>
    ${isAdmin && html`<${PackForm} api=${api} summary=${summary} onRequested=${addPack} />`}
    ${isEmpty && html`<${Empty} testid="packs-empty" title="No evidence pack yet">
      ${isAdmin ? 'Choose a month above and generate the first one.' : 'An administrator generates one, or wait for the 4th of the month.'}<//>`}
    ${list.items.length > 0 && html`<${TableFrame} labelledby="packs-title">
      <table data-testid="table-packs"><caption class="unseen">Evidence packs</caption>
        <thead><tr>${['Pack', 'Period', 'Kind', 'State', 'Requested', 'Size', ''].map((label) => html`<th key=${label} scope="col">${label || html`<span class="unseen">Actions</span>`}</th>`)}</tr></thead>
        <tbody>${list.items.map((pack) => html`<${PackRow} key=${pack.number} api=${api} pack=${pack} keys=${keys} isAdmin=${isAdmin} />`)}</tbody>
      </table><//>`}
    ${list.problem && html`<${ProblemBox} problem=${list.problem} retry=${retry} testid="packs-problem" />`}
    <footer class="view-foot"><span class="muted" role="status">${list.state === 'loading' ? 'Reading…' : ''}</span>
      ${list.nextCursor !== null && html`<button type="button" data-testid="packs-more" onClick=${loadMore}>Load more</button>`}</footer>
    <${AnchorsPanel} api=${api} />
  </section>`;
}
