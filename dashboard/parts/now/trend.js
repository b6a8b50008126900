/** How many findings were open on each of the last 90 days: a picture, a sentence, a table. */
import { html, useState } from '../../app/preact.js';
import { ceiling, runs, trendSentence } from '../../app/trend.js';
import { Unknown } from '../widgets/elements.js';

const SIZE = { width: 900, height: 150 };
const BARS = { width: 900, height: 44 };

/** @param {{trend: import('../../app/trend.js').TrendDay[]}} props oldest first */
export function Trend({ trend }) {
  const sentence = trendSentence(trend);
  return html`<figure class="trend" data-testid="trend">
    <figcaption data-testid="trend-sentence">${sentence}</figcaption>
    ${trend.length > 0 && html`<${Chart} trend=${trend} sentence=${sentence} />`}
    <${DaysTable} trend=${trend} />
  </figure>`;
}

function Chart({ trend, sentence }) {
  const open = trend.map((day) => day.open);
  const top = ceiling(open);
  const busiest = ceiling(trend.flatMap((day) => [day.opened, day.resolved]));
  return html`<div class="chart">
    <div class="chart-scale" aria-hidden="true"><span>${top}</span><span>0</span></div>
    <svg class="chart-open" viewBox=${`0 0 ${SIZE.width} ${SIZE.height}`} preserveAspectRatio="none" role="img" aria-label=${sentence}>
      ${runs(open, top, SIZE).map(({ line, area }) => html`<g key=${line}><path class="area" d=${area} /><path class="line" d=${line} /></g>`)}
      ${trend.map((day, index) => html`<${DayColumn} key=${day.day} day=${day} index=${index} n=${trend.length} />`)}
    </svg>
    <div class="chart-scale" aria-hidden="true"><span>+${busiest}</span><span>−${busiest}</span></div>
    <svg class="chart-bars" viewBox=${`0 0 ${BARS.width} ${BARS.height}`} preserveAspectRatio="none" aria-hidden="true">
      ${trend.map((day, index) => html`<${DayBars} key=${day.day} day=${day} index=${index} n=${trend.length} top=${busiest} />`)}
    </svg>
    <div class="chart-days" aria-hidden="true"><span>${trend[0].day}</span><span>${trend.at(-1).day}</span></div>
    <ul class="legend chart-legend"><li><span class="key-open" aria-hidden="true"></span> open</li><li><span class="key-opened" aria-hidden="true"></span> found</li>
      <li><span class="key-resolved" aria-hidden="true"></span> closed</li><li><span class="key-gap" aria-hidden="true"></span> not known</li></ul>
  </div>`;
}

/** Says its figures on hover; a day that is not known is hatched by its colour. */
function DayColumn({ day, index, n }) {
  const width = SIZE.width / n;
  const isKnown = typeof day.open === 'number';
  const text = isKnown ? `${day.day}: ${day.open} open, ${day.opened ?? '?'} found, ${day.resolved ?? '?'} closed` : `${day.day}: not known`;
  return html`<rect class=${isKnown ? 'day' : 'gap'} x=${index * width} y="0" width=${width} height=${SIZE.height}><title>${text}</title></rect>`;
}

function DayBars({ day, index, n, top }) {
  const width = BARS.width / n;
  const middle = BARS.height / 2;
  const bar = (value) => (typeof value === 'number' ? (value / top) * (middle - 1) : 0);
  const [up, down] = [bar(day.opened), bar(day.resolved)];
  const place = { x: index * width + width * 0.15, width: width * 0.7 };
  return html`${up > 0 && html`<rect class="opened" ...${place} y=${middle - up} height=${up} />`}
    ${down > 0 && html`<rect class="resolved" ...${place} y=${middle} height=${down} />`}`;
}

/** The rows are there once somebody asks for them. */
function DaysTable({ trend }) {
  const [open, setOpen] = useState(false);
  const rows = open ? [...trend].reverse() : [];
  return html`<details onToggle=${(event) => setOpen(event.currentTarget.open)} data-testid="trend-table"><summary>As a table</summary>
    ${open && html`<div class="table-frame low" tabindex="0" role="region" aria-label="Findings by day"><table class="plain">
      <thead><tr><th scope="col">Day</th><th scope="col">Found</th><th scope="col">Closed</th><th scope="col">Open</th></tr></thead>
      <tbody>${rows.map((day) => html`<tr key=${day.day}><th scope="row">${day.day}</th>
        ${['opened', 'resolved', 'open'].map((name) => html`<td key=${name}>${typeof day[name] === 'number' ? day[name] : html`<${Unknown} />`}</td>`)}</tr>`)}</tbody></table></div>`}
  </details>`;
}
