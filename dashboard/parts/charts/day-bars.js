/** A bar a day, stacked by series. A day of which nothing is known is a hatched gap, never a bar of nothing. */
import { html } from '../../app/preact.js';
import { shortDay } from '../../app/days.js';
import { useWidth } from './use-width.js';

const HEIGHT = 168;
const TOP = 10;
const BOTTOM = 24;
const LEFT = 38;
const HALF_LABEL = 20;
const GAP = 0.22; // of a day's width

/**
 * @typedef {object} Series
 * @property {string} id
 * @property {string} label
 * @property {string} tone of `charts.css`: `calm`, `unsure`, `alarm`, `plain`
 *
 * @typedef {object} DayOfChart
 * @property {string} day
 * @property {Record<string, number> | null} values by series; null where they are not known
 * @property {boolean} [isPart] whether nobody looked for some of the day
 * @property {string} [note] what else is to be known of the day: `6 hours nobody looked`
 */

/**
 * @param {{label: string, days: DayOfChart[], series: Series[], chosen?: string, href?: (day: string) => string,
 *   say: (day: DayOfChart) => string, tick?: (value: number) => string, testid: string}} props
 */
export function DayBars({ label, days, series, chosen = '', href = null, say, tick = String, testid }) {
  const [frame, width] = useWidth();
  const step = (width - LEFT) / Math.max(days.length, 1);
  const top = niceTop(Math.max(1, ...days.map((entry) => total(entry.values))));
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  return html`<div class="day-bars" ref=${frame} data-testid=${testid}>
    <svg width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`} role="group" aria-label=${label}>
      <defs><pattern id=${`${testid}-gap`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line class="gap-line" x1="0" y1="0" x2="0" y2="6" /></pattern></defs>
      ${[0, top / 2, top].filter((value) => Number.isInteger(value)).map((value) => html`<g key=${value} aria-hidden="true">
        <line class="grid-line" x1=${LEFT} x2=${width} y1=${y(value)} y2=${y(value)} />
        <text class="tick" x=${LEFT - 6} y=${y(value) + 4} text-anchor="end">${tick(value)}</text></g>`)}
      ${days.map((entry, index) => html`<${Bar} key=${entry.day} entry=${entry} series=${series} x=${LEFT + index * step} step=${step} y=${y}
        gapFill=${`url(#${testid}-gap)`} isChosen=${entry.day === chosen} href=${href && href(entry.day)} text=${say(entry)} />`)}
      <g aria-hidden="true">${labelled(days, step).map(({ day, index }) => html`<text key=${day} class="tick" y=${HEIGHT - 7}
        ...${placed(LEFT + (index + 0.5) * step, width)}>${shortDay(day)}</text>`)}</g>
    </svg></div>`;
}

function Bar({ entry, series, x, step, y, gapFill, isChosen, href, text }) {
  const inner = { x: x + step * GAP / 2, width: Math.max(1, step * (1 - GAP)) };
  let below = 0;
  const parts = entry.values === null ? [] : series.map(({ id, tone }) => {
    const value = entry.values[id] ?? 0;
    below += value;
    return value > 0 && html`<rect key=${id} class=${`bar ${tone}`} x=${inner.x} width=${inner.width} y=${y(below)} height=${Math.max(1, y(below - value) - y(below))} />`;
  });
  const shapes = html`<title>${text}</title>
    <rect class="hit" x=${x} y=${TOP} width=${step} height=${HEIGHT - TOP - BOTTOM} />
    ${entry.values === null && html`<rect class="gap" fill=${gapFill} x=${inner.x} y=${TOP} width=${inner.width} height=${HEIGHT - TOP - BOTTOM} />`}
    ${parts}
    ${entry.isPart && entry.values !== null && html`<rect class="part-gap" fill=${gapFill} x=${inner.x} y=${HEIGHT - BOTTOM} width=${inner.width} height="4" />`}`;
  if (href === null) return html`<g class="day" role="img" aria-label=${text}>${shapes}</g>`;
  return html`<a class=${`day${isChosen ? ' chosen' : ''}`} href=${href} aria-label=${text} aria-current=${isChosen ? 'true' : undefined}
    data-day=${entry.day}>${shapes}</a>`;
}

/** Days to write under their bars: as many as there is room for, the newest among them. */
function labelled(days, step) {
  const every = Math.max(1, Math.ceil(52 / step));
  const last = days.length - 1;
  return days.map((entry, index) => ({ day: entry.day, index })).filter(({ index }) => (last - index) % every === 0 && (index + 0.5) * step > 12);
}

/** Under its bar, but within the chart. */
function placed(x, width) {
  return x > width - HALF_LABEL ? { x: width, 'text-anchor': 'end' } : { x, 'text-anchor': 'middle' };
}

/** @param {number} most @returns {number} the even end of the axis: 2, 4, 10, 20, 40, 100 … */
function niceTop(most) {
  for (let power = 1; ; power *= 10) {
    const end = [2, 4, 10].map((n) => n * power).find((n) => n >= most);
    if (end !== undefined) return end;
  }
}

function total(values) {
  return values === null ? 0 : Object.values(values).reduce((sum, value) => sum + value, 0);
}
