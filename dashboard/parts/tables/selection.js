/** Which rows of a table are selected: those it still shows. */
import { useCallback, useMemo, useState } from '../../app/preact.js';

/**
 * @typedef {object} Selection
 * @property {any[]} rows
 * @property {(row: any) => boolean} has
 * @property {(row: any, selected: boolean) => void} set
 * @property {(selected: boolean) => void} setAll of the rows that are shown
 * @property {boolean} isAll
 * @property {() => void} clear
 *
 * @param {any[]} rows
 * @param {(row: any) => string} rowId
 * @returns {Selection}
 */
export function useSelection(rows, rowId) {
  const [ids, setIds] = useState(new Set());
  const selected = useMemo(() => rows.filter((row) => ids.has(rowId(row))), [rows, ids, rowId]);
  const set = useCallback((row, isSelected) => setIds((before) => {
    const after = new Set(before);
    after[isSelected ? 'add' : 'delete'](rowId(row));
    return after;
  }), [rowId]);
  const setAll = useCallback((isSelected) => setIds(new Set(isSelected ? rows.map(rowId) : [])), [rows, rowId]);
  const clear = useCallback(() => setIds(new Set()), []);
  return { rows: selected, has: (row) => ids.has(rowId(row)), set, setAll, isAll: rows.length > 0 && selected.length === rows.length, clear };
}
