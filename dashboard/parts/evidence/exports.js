/** Exports: a list, or everything of the tenant, as files; asked for, followed until made, downloaded for some days. */
import { html, useState } from '../../app/preact.js';
import { useList } from '../../app/answers.js';
import { openDownload, usePolling } from '../../app/downloads.js';
import { EXPORT_LISTS, OF_ONE_ORGANIZATION, OF_THE_TENANT, exportWords } from '../../app/export-lists.js';
import { asProblem } from '../../app/problem.js';
import { orgName } from '../../app/sections.js';
import { withoutHidden } from '../../app/text.js';
import { Badge, Copyable, Hour, Instant, ProblemBox, Size, Text } from '../widgets/elements.js';
import { Listing } from '../widgets/listing.js';
import { Empty } from '../widgets/notices.js';

const STATES = { queued: 'info', building: 'info', ready: 'good', failed: 'bad' };
const EVERYTHING = 'everything';

/** @param {import('../views.js').ViewProps} props */
export function Exports({ api, refreshCount, isAdmin, summary }) {
  const { list, loadMore, retry, putItem } = useList(api, '/exports', {}, refreshCount);
  const [problem, setProblem] = useState(null);
  usePolling(api, '/exports', list.items, putItem);
  const download = (row) => {
    setProblem(null);
    openDownload(api, `/exports/${row.number}`).catch((error) => setProblem(asProblem(error)));
  };
  const isEmpty = list.state === 'ready' && list.items.length === 0;
  return html`<section aria-labelledby="exports-title" data-testid="room-exports">
    <header class="view-head"><div><h2 id="exports-title">Exports</h2>
      <p class="muted">Your data as files, as of one sealed hour: for your own systems, or to take along. They are there for seven days. What an auditor
        verifies is a pack.</p></div></header>
    ${isAdmin && html`<${ExportForm} api=${api} summary=${summary} onRequested=${(made) => putItem((row) => row.number === made.number, made)} />`}
    ${isEmpty && html`<${Empty} testid="exports-empty" title="No export yet">${isAdmin ? 'Choose above what the file should hold.' : 'An administrator has one made.'}<//>`}
    ${list.items.length > 0 && html`<${Listing} id="exports" title="Exports" rows=${list.items} rowId=${(row) => String(row.number)} columns=${columnsOf(download)} atATime=${Infinity} />`}
    ${problem && html`<${ProblemBox} problem=${problem} testid="exports-download-problem" />`}
    ${list.problem && html`<${ProblemBox} problem=${list.problem} retry=${retry} testid="exports-problem" />`}
    <footer class="view-foot"><span class="muted" role="status">${list.state === 'loading' ? 'Reading…' : ''}</span>
      ${list.nextCursor !== null && html`<button type="button" data-testid="exports-further" onClick=${loadMore}>Load more</button>`}</footer>
  </section>`;
}

function columnsOf(download) {
  return [
    { label: 'Export', cell: (row) => html`<strong class="unbroken">${`export-${row.number}`}</strong>` },
    { label: 'What', cell: (row) => html`<${Text} value=${exportWords(row)} /><span class="under-badge muted">${row.list === null ? 'archive of NDJSON' : row.format === 'csv' ? 'CSV' : 'NDJSON'}</span>` },
    { label: 'As of', kind: 'time', cell: (row) => html`<${Hour} hour=${row.hour} />` },
    { label: 'State', cell: (row) => html`<${State} row=${row} />` },
    { label: 'Asked for', kind: 'time', cell: (row) => html`<${Instant} at=${row.created_at} />` },
    { label: 'Rows', kind: 'number', cell: (row) => (typeof row.rows === 'number' ? row.rows.toLocaleString('en-US') : html`<span class="muted">—</span>`) },
    { label: 'Size', cell: (row) => html`<${Size} bytes=${row.size_bytes} />${row.sha256 && html`<details><summary>SHA-256</summary><${Copyable} value=${row.sha256} label="the digest" testid="export-digest" /></details>`}` },
    { label: 'There until', kind: 'time', cell: (row) => html`<${Instant} at=${row.expires_at} unknown="—" />` },
    { label: '', kind: 'row-actions', cell: (row) => row.state === 'ready'
      && html`<button type="button" class="small" data-testid="export-download" onClick=${() => download(row)}>Download</button>` },
  ];
}

function State({ row }) {
  return html`<${Badge} tone=${STATES[row.state] ?? 'warn'}><${Text} value=${row.state} /><//>
    ${row.reason && html` <span class="reason"><${Text} value=${row.reason} /></span>`}
    ${row.is_whole === false && html`<span class="under-badge warn-text">not whole: ${row.list === null ? 'its manifest says what is missing' : 'an hour had not read all of it'}</span>`}`;
}

function ExportForm({ api, summary, onRequested }) {
  const organizations = summary?.organizations ?? [];
  const [what, setWhat] = useState(EVERYTHING);
  const [format, setFormat] = useState('csv');
  const [orgId, setOrgId] = useState('');
  const [problem, setProblem] = useState(null);
  const [sending, setSending] = useState(false);
  const mustName = OF_ONE_ORGANIZATION.includes(what);
  const mayName = what !== EVERYTHING && !OF_THE_TENANT.includes(what);
  const chosen = mayName ? orgId || (mustName ? organizations[0]?.org_id ?? '' : '') : '';
  const submit = async (event) => {
    event.preventDefault();
    setSending(true);
    setProblem(null);
    try {
      const list = { list: what, format, ...(chosen && { org_id: chosen }) };
      onRequested(await api.send('POST', '/exports', what === EVERYTHING ? { everything: true } : list));
    } catch (error) {
      setProblem(asProblem(error));
    }
    setSending(false);
  };
  return html`<form class="panel" onSubmit=${submit} data-testid="export-form" aria-labelledby="export-form-title">
    <h3 id="export-form-title">Have a file made</h3>
    <div class="fields">
      <label>What<select data-testid="export-what" value=${what} onChange=${(event) => setWhat(event.target.value)}>
        <option value=${EVERYTHING}>Everything, each list a file</option>
        ${EXPORT_LISTS.map(([name, text]) => html`<option key=${name} value=${name}>${text}</option>`)}</select></label>
      ${what !== EVERYTHING && html`<label>Format<select data-testid="export-format" value=${format} onChange=${(event) => setFormat(event.target.value)}>
        <option value="csv">CSV, for spreadsheets</option><option value="ndjson">NDJSON, a line of JSON a row</option></select></label>`}
      ${mayName && organizations.length > 1 && html`<label>Organization<select data-testid="export-org" value=${chosen} onChange=${(event) => setOrgId(event.target.value)}>
        ${!mustName && html`<option value="">All ${organizations.length}</option>`}
        ${organizations.map((organization) => html`<option key=${organization.org_id} value=${organization.org_id}>${withoutHidden(orgName(organization))}</option>`)}</select></label>`}
      <button type="submit" class="primary" disabled=${sending} data-testid="export-make">${sending ? 'Asking…' : 'Make the file'}</button>
    </div>
    <p class="muted">Everything is one archive with a manifest and digests. No key and no secret is in any export.</p>
    ${problem && html`<${ProblemBox} problem=${problem} testid="export-problem" />`}
  </form>`;
}
