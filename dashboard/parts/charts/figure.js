/** A chart with what makes it a fact for everybody: its sentence, what the colours mean, and its table. */
import { html } from '../../app/preact.js';

/**
 * @param {{title: string, sentence: any, series: import('./day-bars.js').Series[], hasGaps?: boolean, heads: string[], rows: (string | number)[][],
 *   testid: string, tools?: any, children: any}} props `rows`: the table's cells, a row a day, the newest first
 */
export function ChartFigure({ title, sentence, series, hasGaps = false, heads, rows, testid, tools = null, children }) {
  return html`<figure class="panel chart-figure" data-testid=${testid}>
    <figcaption><div><h3>${title}</h3><p data-testid=${`${testid}-sentence`} role="status">${sentence}</p></div>${tools}</figcaption>
    <ul class="legend" aria-label="What the colours mean">
      ${series.map(({ id, label, tone }) => html`<li key=${id}><span class=${`swatch ${tone}`} aria-hidden="true"></span>${label}</li>`)}
      ${hasGaps && html`<li><span class="swatch gap" aria-hidden="true"></span>not known: nobody looked, or not read yet</li>`}
    </ul>
    ${children}
    <details class="chart-table"><summary data-testid=${`${testid}-table`}>The same as a table</summary>
      <div class="table-frame low" tabindex="0" role="region" aria-label=${`${title}, as a table`}>
        <table><caption class="unseen">${title}</caption>
          <thead><tr>${heads.map((head) => html`<th key=${head} scope="col">${head}</th>`)}</tr></thead>
          <tbody>${rows.map((cells) => html`<tr key=${cells[0]}>${cells.map((cell, index) => (index === 0
            ? html`<th key=${index} scope="row" data-label=${heads[0]}>${cell}</th>`
            : html`<td key=${index} data-label=${heads[index]}>${cell}</td>`))}</tr>`)}</tbody>
        </table></div></details>
  </figure>`;
}
