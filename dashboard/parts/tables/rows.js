/** The rows of a table under heads that sort it. */
import { html, useEffect, useRef } from '../../app/preact.js';
import { TableFrame } from '../widgets/table-frame.js';
import { VirtualRows } from './virtual-rows.js';

/**
 * @param {{kind: import('./table.js').TableKind, columns: import('./table.js').Column[], rows: any[], context: any, sort: string,
 *   onSort: (sort: string) => void, isWhole: boolean, selection: import('./selection.js').Selection | null}} props
 */
export function Rows({ kind, columns, rows, context, sort, onSort, isWhole, selection }) {
  const row = (each, index) => html`<tr key=${kind.rowId(each)} data-testid="row" aria-rowindex=${index + 2} class=${selection?.has(each) ? 'selected' : undefined}>
    ${selection && html`<td class="select"><input type="checkbox" aria-label=${`Select row ${index + 1}`} data-testid="select-row"
      checked=${selection.has(each)} onChange=${(event) => selection.set(each, event.currentTarget.checked)} /></td>`}
    ${columns.map((column) => html`<td key=${column.label} data-label=${column.label} class=${column.kind}>${column.cell(each, context)}</td>`)}</tr>`;
  return html`<${TableFrame} labelledby=${`${kind.id}-title`}>
    <table data-testid=${`table-${kind.id}`} aria-rowcount=${isWhole ? rows.length + 1 : -1}>
      <caption class="unseen">${kind.title}</caption>
      <thead><tr aria-rowindex="1">
        ${selection && html`<th scope="col" class="select"><${SelectAll} selection=${selection} /></th>`}
        ${columns.map((column) => html`<${Head} key=${column.label} column=${column} sort=${sort} onSort=${onSort} />`)}</tr></thead>
      <${VirtualRows} rows=${rows} columnCount=${columns.length + (selection ? 1 : 0)} row=${row} />
    </table>
  <//>`;
}

/** Upwards at first, then downwards, then as the service lists it. */
function Head({ column, sort, onSort }) {
  if (!column.sort) return html`<th scope="col">${column.label || html`<span class="unseen">Actions</span>`}</th>`;
  const direction = sort === column.sort ? 'ascending' : sort === `-${column.sort}` ? 'descending' : null;
  const next = { ascending: `-${column.sort}`, descending: '' }[direction] ?? column.sort;
  return html`<th scope="col" aria-sort=${direction ?? 'none'}><button type="button" class="sort" data-testid=${`sort-${column.sort}`} onClick=${() => onSort(next)}>
    ${column.label}<span class="sort-sign" aria-hidden="true">${{ ascending: '▲', descending: '▼' }[direction] ?? '↕'}</span></button></th>`;
}

function SelectAll({ selection }) {
  const box = useRef(null);
  useEffect(() => {
    box.current.indeterminate = selection.rows.length > 0 && !selection.isAll;
  });
  return html`<input ref=${box} type="checkbox" aria-label="Select all rows that are shown" data-testid="select-all" checked=${selection.isAll}
    onChange=${(event) => selection.setAll(event.currentTarget.checked)} />`;
}
