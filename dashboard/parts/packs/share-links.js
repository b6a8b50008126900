/** Share links of one pack: an outside auditor's way to it, without an account and only for a while. */
import { html, useRef, useState } from '../../app/preact.js';
import { useList } from '../../app/answers.js';
import { asProblem } from '../../app/problem.js';
import { Badge, Copyable, Instant, ProblemBox, Text } from '../widgets/elements.js';

const STATES = { active: 'good', expired: 'plain', revoked: 'plain' };
const DEFAULT_DAYS = 14;
const MAX_DAYS = 90;

/** @param {{api: any, number: number, isAdmin: boolean}} props */
export function ShareLinks({ api, number, isAdmin }) {
  const path = `/evidence-packs/${number}/links`;
  const { list, loadMore, retry, putItem } = useList(api, path, {}, 0);
  const [problem, setProblem] = useState(null);
  const revoke = (link) => {
    setProblem(null);
    api.send('DELETE', `${path}/${encodeURIComponent(link.link_id)}`).then(
      (revokedLink) => putItem((other) => other.link_id === link.link_id, revokedLink),
      (error) => setProblem(asProblem(error)),
    );
  };
  return html`<div class="links" data-testid="links">
    <p>Whoever holds a link downloads this pack without an account, until it ends. Its uses are counted in the custody log.</p>
    ${isAdmin && html`<${NewLink} api=${api} path=${path} onCreated=${(link) => putItem((other) => other.link_id === link.link_id, link)} />`}
    ${list.state === 'ready' && list.items.length === 0 && html`<p class="muted" data-testid="links-empty">No link to this pack yet.</p>`}
    ${list.items.length > 0 && html`<ul class="link-list">${list.items.map((link) => html`<${Link} key=${link.link_id} link=${link} revoke=${isAdmin ? revoke : null} />`)}</ul>`}
    ${list.state === 'loading' && list.items.length === 0 && html`<p class="muted" role="status">Reading…</p>`}
    ${list.problem && html`<${ProblemBox} problem=${list.problem} retry=${retry} testid="links-problem" />`}
    ${problem && html`<${ProblemBox} problem=${problem} testid="revoke-problem" />`}
    ${list.nextCursor !== null && html`<button type="button" class="small" onClick=${loadMore}>Load more</button>`}
  </div>`;
}

function Link({ link, revoke }) {
  return html`<li data-testid="link" data-state=${link.state}>
    <${Badge} tone=${STATES[link.state] ?? 'warn'}><${Text} value=${link.state} /><//>
    <span class="link-label">${link.label ? html`<${Text} value=${link.label} />` : html`<span class="muted">no label</span>`}</span>
    <span class="muted">made <${Instant} at=${link.created_at} />, ${link.revoked_at
      ? html`revoked <${Instant} at=${link.revoked_at} />`
      : html`${link.state === 'expired' ? 'ended' : 'ends'} <${Instant} at=${link.expires_at} />`}</span>
    ${revoke && link.state === 'active' && html`<button type="button" class="small danger" data-testid="link-revoke" onClick=${() => revoke(link)}>Revoke</button>`}
  </li>`;
}

/** The address is shown this once; it stays only as long as this part of the page. */
function NewLink({ api, path, onCreated }) {
  const form = useRef(null);
  const [newLink, setNewLink] = useState(null);
  const [problem, setProblem] = useState(null);
  const [sending, setSending] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const { days, label } = form.current.elements;
    const body = { days: Number(days.value) };
    if (label.value.trim() !== '') body.label = label.value.trim();
    setSending(true);
    setProblem(null);
    try {
      const { url, ...link } = await api.send('POST', path, body);
      setNewLink({ url: new URL(url, window.location.origin).href, expires_at: link.expires_at });
      label.value = '';
      onCreated(link);
    } catch (error) {
      setProblem(asProblem(error));
    }
    setSending(false);
  };
  return html`<form ref=${form} class="fields" onSubmit=${submit} autocomplete="off">
      <label>For whom <span class="muted">optional; your own words</span><input name="label" maxlength="100" data-testid="link-label" /></label>
      <label class="days">Days<input name="days" type="number" min="1" max=${MAX_DAYS} required defaultValue=${DEFAULT_DAYS} data-testid="link-days" /></label>
      <button type="submit" class="primary" disabled=${sending} data-testid="link-make">${sending ? 'Working…' : 'Make a link'}</button>
    </form>
    ${newLink && html`<div class="notice info" role="status" data-testid="link-made"><div class="once">
      <p><strong>Copy it now: it is shown this once</strong> and cannot be looked up later. It ends <${Instant} at=${newLink.expires_at} /> UTC.</p>
      <${Copyable} value=${newLink.url} label="the link" testid="link-url" /></div></div>`}
    ${problem && html`<${ProblemBox} problem=${problem} testid="link-problem" />`}`;
}
