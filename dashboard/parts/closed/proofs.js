/** The proofs of what was closed: of each finding its row, as the hour sealed it that no longer showed it. */
import { html, useEffect, useRef, useState } from '../../app/preact.js';
import { saveFile } from '../../app/csv.js';
import { count } from '../../app/days.js';
import { Abandoned, asProblem } from '../../app/problem.js';
import { ProblemBox } from '../widgets/elements.js';

const AT_ONCE = 4;
const MOST = 400; // the service takes 600 requests a minute
const NO_PROOF = [404, 409]; // sealed before rows could be shown alone, or too long for one

/**
 * One file for all that are listed: a line each, which the verifier takes with `--proof`.
 *
 * @param {{api: any, findings: any[]}} props
 */
export function Proofs({ api, findings }) {
  const [saved, setSaved] = useState(null);
  const [nRead, setRead] = useState(null);
  const [problem, setProblem] = useState(null);
  const abort = useRef(null);
  useEffect(() => () => abort.current?.abort(), []);
  const save = async () => {
    abort.current = new AbortController();
    setSaved(null);
    setProblem(null);
    setRead(0);
    try {
      const proofs = await readProofs(api, findings, abort.current.signal, setRead);
      const whole = proofs.filter((proof) => proof !== null);
      if (whole.length > 0) saveFile('openai-audit-proofs.jsonl', whole.map((proof) => `${JSON.stringify(proof)}\n`).join(''), 'application/jsonl');
      setSaved({ n: whole.length, without: proofs.length - whole.length, unsigned: whole.filter((proof) => proof.pack === null).length });
    } catch (error) {
      if (!(error instanceof Abandoned)) setProblem(asProblem(error));
    }
    setRead(null);
  };
  if (findings.length === 0) return null;
  if (findings.length > MOST) return html`<p class="muted" data-testid="closed-proofs-many">Proofs are saved of up to ${MOST} at once: choose a day, or one kind of closing. The packs hold all of them.</p>`;
  return html`<div class="proofs">
    ${nRead === null ? html`<button type="button" data-testid="closed-proofs" onClick=${save}>Save ${findings.length === 1 ? 'its proof' : `the proofs of these ${findings.length.toLocaleString('en-US')}`}</button>`
      : html`<button type="button" onClick=${() => abort.current.abort()}>Stop (${nRead} of ${findings.length})</button>`}
    <span class="muted" role="status" data-testid="closed-proofs-said">${saved && savedWords(saved)}</span>
    ${problem && html`<${ProblemBox} problem=${problem} testid="closed-proofs-problem" />`}</div>`;
}

function savedWords({ n, without, unsigned }) {
  const parts = [`${count(n, 'proof')} saved, one a line.`];
  if (unsigned > 0) parts.push(`${unsigned === n ? 'None is' : `${unsigned} of them are not`} signed yet: make a pack that holds those hours, then save again.`);
  if (without > 0) parts.push(`Of ${without} there is none; the packs hold them.`);
  return parts.join(' ');
}

async function readProofs(api, findings, signal, report) {
  const proofs = new Array(findings.length).fill(null);
  let next = 0;
  let n = 0;
  const read = async () => {
    while (next < findings.length) {
      const at = next;
      next += 1;
      proofs[at] = await proofOf(api, findings[at], signal);
      report((n += 1));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, read));
  return proofs;
}

async function proofOf(api, { org_id, finding_id, resolved_hour }, signal) {
  try {
    return await api.get('/proof', { org_id, section: 'findings', entity: finding_id, as_of: resolved_hour }, signal);
  } catch (error) {
    if (NO_PROOF.includes(error.status)) return null;
    throw error;
  }
}
