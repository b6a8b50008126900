/** A table of rows that the page already has, some at a time. */
import { html, useState } from '../../app/preact.js';
import { TableFrame } from './table-frame.js';

const AT_A_TIME = 50;

/**
 * @typedef {{label: string, cell: (row: any) => any, kind?: 'number' | 'time' | 'id' | 'row-actions'}} Column
 *
 * @param {{id: string, title: string, columns: Column[], rows: any[], rowId: (row: any) => string, isChosen?: (row: any) => boolean, atATime?: number}} props
 */
export function Listing({ id, title, columns, rows, rowId, isChosen = () => false, atATime = AT_A_TIME }) {
  const [shown, setShown] = useState(atATime);
  return html`<${TableFrame} label=${title}>
      <table data-testid=${`table-${id}`}><caption class="unseen">${title}</caption>
        <thead><tr>${columns.map((column) => html`<th key=${column.label} scope="col" class=${column.kind === 'number' ? 'number' : undefined}>${column.label || html`<span class="unseen">Actions</span>`}</th>`)}</tr></thead>
        <tbody>${rows.slice(0, shown).map((row) => html`<tr key=${rowId(row)} data-testid="row" class=${isChosen(row) ? 'chosen' : ''}>${columns.map((column) =>
          html`<td key=${column.label} data-label=${column.label} class=${column.kind}>${column.cell(row)}</td>`)}</tr>`)}</tbody>
      </table><//>
    ${rows.length > shown && html`<footer class="view-foot"><span class="muted">${shown} of ${rows.length.toLocaleString('en-US')}</span>
      <button type="button" data-testid=${`${id}-more`} onClick=${() => setShown(shown + AT_A_TIME)}>Show more</button></footer>`}`;
}
