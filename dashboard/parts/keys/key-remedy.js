/** What to do about a key, where at OpenAI, and a note to copy for the person who can. */
import { html, useRef, useState } from '../../app/preact.js';
import { noteAbout, placeAtOpenAI, remedyOf } from '../../app/remedies.js';
import { withoutHidden } from '../../app/text.js';

/** @param {{item: any, findings: any[]}} props findings that are to do */
export function KeyRemedy({ item: key, findings }) {
  const note = useRef(null);
  const [copied, setCopied] = useState(false);
  const remedies = [...new Set(findings.map((finding) => remedyOf(finding.kind)).filter(Boolean))];
  const { name, url } = placeAtOpenAI('api_keys');
  if (findings.length === 0) return html`<section class="panel" aria-labelledby="remedy-title"><h3 id="remedy-title">What to do</h3>
    <p class="muted" data-testid="remedy-none">Nothing that was found of it is waiting.</p></section>`;
  const project = nameOf(key.project_name) ?? key.project_id ?? null;
  const text = noteAbout({ ...key, project }, findings, withoutHidden);
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true), () => note.current.select());
  return html`<section class="panel" aria-labelledby="remedy-title" data-testid="remedy"><h3 id="remedy-title">What to do</h3>
    ${remedies.map((remedy) => html`<p key=${remedy}>${remedy}</p>`)}
    <p><a href=${url} target="_blank" rel="noopener noreferrer" data-testid="at-openai">${name} at OpenAI</a></p>
    <label>A note for whoever can do it
      <textarea ref=${note} readonly rows="9" data-testid="note">${text}</textarea></label>
    <div class="actions"><button type="button" data-testid="copy-note" onClick=${copy}>${copied ? 'Copied' : 'Copy the note'}</button></div>
  </section>`;
}

/** Of a name too large for a row: its first words. */
function nameOf(name) {
  return typeof name === 'string' ? name : name?.$large?.head ?? null;
}
