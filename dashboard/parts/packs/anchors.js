/** The daily anchors: what a tenant keeps outside, so that no chain can be made anew behind its back. */
import { html, useEffect, useRef, useState } from '../../app/preact.js';
import { readAll } from '../../app/answers.js';
import { saveFile } from '../../app/csv.js';
import { Abandoned, asProblem } from '../../app/problem.js';
import { ProblemBox } from '../widgets/elements.js';

export function AnchorsPanel({ api }) {
  const [anchors, setAnchors] = useState(null);
  const [reading, setReading] = useState(false);
  const [problem, setProblem] = useState(null);
  const abort = useRef(null);
  useEffect(() => () => abort.current?.abort(), []);
  const save = async () => {
    abort.current = new AbortController();
    setReading(true);
    setProblem(null);
    setAnchors(null);
    try {
      const items = await readAll(api, '/anchors', {}, () => {}, abort.current.signal);
      setAnchors(items);
      if (items.length > 0) saveFile(fileName(items), JSON.stringify({ items, next_cursor: null }), 'application/json');
    } catch (error) {
      if (!(error instanceof Abandoned)) setProblem(asProblem(error));
    }
    setReading(false);
  };
  return html`<section class="panel anchors" aria-labelledby="anchors-title" data-testid="anchors">
    <h3 id="anchors-title">Daily anchors</h3>
    <p class="muted">Once a day the last seal of each of your organizations is written down in one document. Keep a copy where we cannot reach it:
      with <code>--anchors</code> the verifier then finds every chain that was made anew after it.</p>
    <div class="actions"><button type="button" disabled=${reading} data-testid="anchors-save" onClick=${save}>${reading ? 'Reading…' : 'Download anchors'}</button></div>
    ${anchors && html`<p class="muted" role="status" data-testid="anchors-found">${countText(anchors)}</p>`}
    ${problem && html`<${ProblemBox} problem=${problem} testid="anchors-problem" />`}
  </section>`;
}

/** Named by the newest day, so that copies sort by it. */
function fileName(items) {
  return `openai-audit-anchors-${newest(items)}.json`;
}

function newest(items) {
  return items.map((item) => String(item.day)).sort().at(-1).replaceAll(/[^0-9-]/g, '');
}

function countText(items) {
  if (items.length === 0) return 'There is no anchor yet: the first one is made within a day of the first sealed hour.';
  return `${items.length} ${items.length === 1 ? 'day' : 'days'}, the newest ${newest(items)}.`;
}
