/** What administrators do with selected rows: above them, in sight however far down the rows go, one step from the box that selects all. */
import { html, useEffect, useRef } from '../../app/preact.js';

/** @param {{kind: import('./table.js').TableKind, selection: import('./selection.js').Selection, context: import('./table.js').Context}} props */
export function BulkBar({ kind, selection, context }) {
  const bar = useRef(null);
  const before = useRef(0);
  const n = selection.rows.length;
  useEffect(() => { // what had the focus went with the selection: whoever works by keyboard goes on from here
    if (before.current > 0 && n === 0 && document.activeElement === document.body) bar.current.focus();
    before.current = n;
  }, [n]);
  return html`<div ref=${bar} class=${`bulk${n > 0 ? ' chosen' : ''}`} role="region" aria-label="Selected rows" tabindex="-1" data-testid=${n > 0 ? `${kind.id}-bulk` : undefined}>
    ${n > 0 ? html`<${kind.bulk} rows=${selection.rows} context=${context} clear=${selection.clear} />`
      : html`<span class="muted">Select rows, and say once for all of them who answers and until when.</span>`}</div>`;
}
