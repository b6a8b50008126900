/** Only the rows near the reader's window are in the document, however long a table is. */
import { html, useCallback, useEffect, useLayoutEffect, useRef, useState } from '../../app/preact.js';

const ROWS_A_BLOCK = 10;
const AHEAD_PX = 500;
const GUESSED_ROW_PX = 46;

/**
 * The bodies of a table: blocks of rows, and empty space as high as those that are left out.
 *
 * @param {{rows: any[], columnCount: number, row: (row: any, index: number) => any}} props
 */
export function VirtualRows({ rows, columnCount, row }) {
  const first = useRef(null);
  const heights = useRef(new Map());
  const nBlocks = Math.ceil(rows.length / ROWS_A_BLOCK);
  const [shown, setShown] = useState([0, 1, 2, 3, 4]);
  const heightOf = useCallback((block) => heights.current.get(block) ?? ROWS_A_BLOCK * GUESSED_ROW_PX, []);
  const follow = useCallback(() => {
    const table = first.current?.parentElement;
    if (!table) return;
    const blocks = blocksInSight(table, nBlocks, heightOf);
    setShown((before) => (before.join() === blocks.join() ? before : blocks));
  }, [nBlocks, heightOf]);
  useLayoutEffect(() => { // what is in the document is measured, what is not yet is guessed
    for (const body of first.current?.parentElement?.tBodies ?? []) {
      if (body.dataset.block !== undefined) heights.current.set(Number(body.dataset.block), body.offsetHeight);
    }
  });
  useEffect(follow, [follow, rows]);
  useEffect(() => {
    const onResize = () => {
      heights.current.clear();
      follow();
    };
    window.addEventListener('scroll', follow, { passive: true });
    window.addEventListener('resize', onResize);
    return () => {
      window.removeEventListener('scroll', follow);
      window.removeEventListener('resize', onResize);
    };
  }, [follow]);

  const parts = [];
  let next = 0;
  for (const block of [...shown.filter((each) => each < nBlocks), nBlocks]) {
    const left = sum(next, block, heightOf);
    if (left > 0) parts.push(html`<${Space} key=${`before-${block}`} px=${left} columnCount=${columnCount} />`);
    if (block === nBlocks) break;
    const start = block * ROWS_A_BLOCK;
    parts.push(html`<tbody key=${block} data-block=${block}>${rows.slice(start, start + ROWS_A_BLOCK).map((each, index) => row(each, start + index))}</tbody>`);
    next = block + 1;
  }
  return html`<tbody ref=${first} hidden></tbody>${parts}`;
}

/** By attribute no height could be given: the page's policy forbids inline style. */
function Space({ px, columnCount }) {
  const cell = useRef(null);
  useLayoutEffect(() => {
    cell.current.style.height = `${px}px`;
  }, [px]);
  return html`<tbody class="space" aria-hidden="true"><tr><td ref=${cell} colspan=${columnCount}></td></tr></tbody>`;
}

/** And the one that has the focus: nobody is thrown out of a row by scrolling. */
function blocksInSight(table, nBlocks, heightOf) {
  const top = table.tHead.getBoundingClientRect().bottom;
  const focused = document.activeElement?.closest('tbody[data-block]');
  const kept = focused && table.contains(focused) ? Number(focused.dataset.block) : null;
  const blocks = [];
  let y = top;
  for (let block = 0; block < nBlocks; block += 1) {
    const height = heightOf(block);
    const isNear = y + height > -AHEAD_PX && y < window.innerHeight + AHEAD_PX;
    if (isNear || block === kept) blocks.push(block);
    y += height;
  }
  return blocks;
}

function sum(from, to, heightOf) {
  let total = 0;
  for (let block = from; block < to; block += 1) total += heightOf(block);
  return total;
}
