/** What is said of the findings of many keys at once. The rows of keys name their findings; what was said of them is read. */
import { html, useEffect, useState } from '../../app/preact.js';
import { readAll } from '../../app/answers.js';
import { Abandoned, asProblem } from '../../app/problem.js';
import { BulkStates } from '../findings/bulk-states.js';
import { ProblemBox } from '../widgets/elements.js';

/** @param {{rows: any[], context: import('../tables/table.js').Context, clear: () => void}} props */
export function BulkKeys({ rows, context, clear }) {
  const { api, orgId, refreshCount } = context;
  const [read, setRead] = useState({ findings: null, problem: null, attempt: 0 });
  useEffect(() => {
    const abort = new AbortController();
    readAll(api, '/findings', { org_id: orgId, section: 'api_keys', state: 'open' }, () => {}, abort.signal).then(
      (findings) => setRead((before) => ({ ...before, findings, problem: null })),
      (error) => { if (!(error instanceof Abandoned)) setRead((before) => ({ ...before, problem: asProblem(error) })); },
    );
    return () => abort.abort();
  }, [api, orgId, refreshCount, read.attempt]);
  if (read.problem) return html`<${ProblemBox} problem=${read.problem} retry=${() => setRead((before) => ({ ...before, problem: null, attempt: before.attempt + 1 }))} testid="bulk-problem" />`;
  if (read.findings === null) return html`<span class="muted" role="status">Reading what was found of them…</span>`;
  const selected = new Set(rows.map((key) => `${key.org_id} ${key.key_id}`));
  const findings = read.findings.filter((finding) => selected.has(`${finding.org_id} ${finding.entity_id}`));
  return html`<${BulkStates} what=${rows.length === 1 ? '1 key' : `${rows.length} keys`} findings=${findings} context=${context} clear=${clear} />`;
}
