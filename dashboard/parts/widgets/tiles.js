/** Figures in a row, each a way to what it counts. */
import { html } from '../../app/preact.js';

/**
 * @typedef {{label: string, value: number | null | undefined, tone?: 'bad' | 'warn' | 'good', href?: string, testid?: string}} Tile
 *
 * @param {{tiles: Tile[], label: string}} props a value that is not known is a dash, never a zero
 */
export function Tiles({ tiles, label }) {
  return html`<dl class="figures" aria-label=${label}>${tiles.map((tile) => html`<div key=${tile.label} class=${`figure ${tile.value > 0 ? tile.tone ?? '' : ''}`}>
    <dt>${tile.href ? html`<a href=${tile.href}>${tile.label}</a>` : tile.label}</dt>
    <dd data-testid=${tile.testid}>${typeof tile.value === 'number' ? tile.value.toLocaleString('en-US') : '—'}</dd></div>`)}</dl>`;
}
