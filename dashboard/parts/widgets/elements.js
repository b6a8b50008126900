/** The small parts everything else is made of: text, instants, badges, notices. */
import { html } from '../../app/preact.js';
import { endOfHour, hourSpan, isInstant, local, ownClock, utc } from '../../app/instants.js';
import { pieces } from '../../app/text.js';

/** Text that others chose, shown so that nothing in it can hide or turn the line around. */
export function Text({ value }) {
  if (value === null || value === undefined || value === '') return html`<${Unknown} />`;
  // A name too large for a row: its first words, as the row has them.
  const large = value.$large;
  if (large) return html`<${Text} value=${large.head || '…'} /><span class="muted"> … ${large.bytes} bytes in all</span>`;
  const shown = pieces(String(value));
  return html`<bdi class="text">${shown.pieces.map((piece) =>
    piece.hidden ? html`<span class="escape" title="a character that cannot be seen">${piece.text}</span>` : piece.text,
  )}${shown.more > 0 && html`<span class="muted"> … ${shown.more} more characters</span>`}</bdi>`;
}

/** An absent fact: OpenAI did not say, so neither do we. */
export function Unknown({ say = 'not known' }) {
  return html`<span class="muted" title=${say}><span aria-hidden="true">—</span><span class="unseen">${say}</span></span>`;
}

/** An instant in UTC; the reader's own clock stands beside it in tables and lists of facts, and is spelt out on hover. */
export function Instant({ at, seconds = false, unknown = 'not known' }) {
  if (!isInstant(at)) return html`<${Unknown} say=${unknown} />`;
  return html`<time datetime=${at} title=${local(at)} data-own=${ownClock(at)}>${utc(at, seconds)}</time>`;
}

/** The day of an instant, where its hour would say little; the instant itself on hover. */
export function Day({ at }) {
  if (!isInstant(at)) return html`<${Unknown} />`;
  return html`<time datetime=${at} title=${`${utc(at)} UTC; ${local(at)}`}>${utc(at).slice(0, 10)}</time>`;
}

/** An hour by its span. */
export function Hour({ hour }) {
  if (!isInstant(hour)) return html`<span class="muted">none yet</span>`;
  return html`<time datetime=${hour} title=${local(hour)} data-own=${ownClock(hour, endOfHour(hour))}>${hourSpan(hour)}</time>`;
}

/** How large a file is; its bytes on hover. */
export function Size({ bytes }) {
  if (typeof bytes !== 'number') return html`<span class="muted">—</span>`;
  const kib = bytes / 1024;
  return html`<span class="unbroken" title=${`${bytes} bytes`}>${kib < 1024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1024).toFixed(1)} MiB`}</span>`;
}

/** @param {{tone: 'good' | 'warn' | 'bad' | 'info' | 'plain', title?: string, children?: any}} props */
export function Badge({ tone, children, title }) {
  return html`<span class=${`badge ${tone}`} title=${title}>${children}</span>`;
}

/** A problem document, with a way to try again where there is one. */
export function ProblemBox({ problem, retry, testid = 'problem' }) {
  return html`<div class="notice bad" role="alert" data-testid=${testid}>
    <p><strong><${Text} value=${problem.title} /></strong>${problem.detail && html` <${Text} value=${problem.detail} />`}</p>
    ${retry && html`<button type="button" class="small" onClick=${retry}>Try again</button>`}
  </div>`;
}

/** A value to read character by character, with a button that copies it. */
export function Copyable({ value, label, testid }) {
  const copy = (event) => {
    const button = event.currentTarget;
    navigator.clipboard.writeText(value).then(
      () => { button.textContent = 'Copied'; },
      () => { button.textContent = 'Select it to copy'; },
    );
  };
  return html`<div class="copyable"><code data-testid=${testid}>${value}</code>
    <button type="button" class="small" aria-label=${`Copy ${label}`} onClick=${copy}>Copy</button></div>`;
}
