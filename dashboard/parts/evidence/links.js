/** Every share link of every pack, and how often each was used: the custody log counts that. */
import { html, useEffect, useState } from '../../app/preact.js';
import { useBoundedList } from '../../app/bounded-list.js';
import { count } from '../../app/days.js';
import { Abandoned, asProblem } from '../../app/problem.js';
import { Badge, Instant, ProblemBox, Text } from '../widgets/elements.js';
import { Listing } from '../widgets/listing.js';
import { Empty } from '../widgets/notices.js';

const STATES = { active: 'good', expired: 'plain', revoked: 'plain' };
const MOST_PACKS = 40;

/** @param {import('../views.js').ViewProps} props */
export function Links({ api, isAdmin, refreshCount }) {
  const packs = useBoundedList(api, '/evidence-packs', {}, refreshCount);
  const custody = useBoundedList(api, '/custody', {}, refreshCount);
  const shared = packs.items.filter((pack) => pack.state === 'ready').slice(0, MOST_PACKS).map((pack) => pack.number);
  const { links, problem, putLink } = useLinks(api, packs.state === 'ready' ? shared : null);
  const [refusal, setRefusal] = useState(null);
  const uses = usesByLink(custody.items);
  const revoke = (link) => {
    setRefusal(null);
    api.send('DELETE', `/evidence-packs/${link.number}/links/${encodeURIComponent(link.link_id)}`).then(putLink, (error) => setRefusal(asProblem(error)));
  };
  const active = (links ?? []).filter((link) => link.state === 'active').length;
  return html`<section aria-labelledby="links-title" data-testid="room-links">
    <header class="view-head"><div><h2 id="links-title">Links</h2>
      <p class="muted" role="status" data-testid="links-sentence">${links === null ? 'Reading…' : `${count(links.length, 'link')} to ${count(shared.length, 'pack')}, ${active} of them good now. Make one under Packs, with Share.`}</p></div></header>
    ${links !== null && links.length === 0 && html`<${Empty} testid="links-none" title="Nothing is shared">An administrator shares a ready pack under Packs; the link needs no account, and ends.<//>`}
    ${links !== null && links.length > 0 && html`<${Listing} id="links" title="Share links" rows=${links} rowId=${(link) => `${link.number} ${link.link_id}`}
      columns=${columnsOf(uses, custody, isAdmin ? revoke : null)} />`}
    ${[packs.problem, custody.problem, problem, refusal].map((one, index) => one && html`<${ProblemBox} key=${index} problem=${one} testid="links-problem" />`)}
    ${shared.length === MOST_PACKS && html`<p class="muted">The links of the newest ${MOST_PACKS} packs are shown.</p>`}
  </section>`;
}

function columnsOf(uses, custody, revoke) {
  return [
    { label: 'State', cell: (link) => html`<${Badge} tone=${STATES[link.state] ?? 'warn'}><${Text} value=${link.state} /><//>` },
    { label: 'For whom', cell: (link) => (link.label ? html`<${Text} value=${link.label} />` : html`<span class="muted">no label</span>`) },
    { label: 'Pack', cell: (link) => `pack-${link.number}` },
    { label: 'Made', kind: 'time', cell: (link) => html`<${Instant} at=${link.created_at} />` },
    { label: 'Ends', kind: 'time', cell: (link) => (link.revoked_at ? html`revoked <${Instant} at=${link.revoked_at} />` : html`<${Instant} at=${link.expires_at} />`) },
    { label: 'Used', cell: (link) => html`<${Used} use=${uses.get(link.link_id)} custody=${custody} />` },
    ...(revoke ? [{ label: '', kind: 'row-actions', cell: (link) => link.state === 'active'
      && html`<button type="button" class="small danger" data-testid="links-revoke" onClick=${() => revoke(link)}>Revoke</button>` }] : []),
  ];
}

/** The log is read from its end: what was found is all only where all of it was read. */
function Used({ use, custody }) {
  const atLeast = custody.isWhole ? '' : 'at least ';
  if (use === undefined) return html`<span class="muted">${custody.isWhole ? 'not yet' : custody.state === 'loading' ? '…' : 'not lately'}</span>`;
  return html`${atLeast}${count(use.times, 'time')}<span class="under-badge muted">last <${Instant} at=${use.last} /></span>`;
}

/** @returns {Map<string, {times: number, last: string}>} by link; the log has an entry for a link and an hour */
function usesByLink(entries) {
  const uses = new Map();
  for (const { action, at, facts } of entries) {
    if (action !== 'link.used') continue;
    const before = uses.get(facts.link_id) ?? { times: 0, last: '' };
    const last = facts.last_at ?? at;
    uses.set(facts.link_id, { times: before.times + (facts.uses ?? 1), last: last > before.last ? last : before.last });
  }
  return uses;
}

function useLinks(api, numbers) {
  const [links, setLinks] = useState(null);
  const [problem, setProblem] = useState(null);
  const key = JSON.stringify(numbers);
  useEffect(() => {
    if (numbers === null) return undefined;
    const abort = new AbortController();
    setProblem(null);
    Promise.all(numbers.map((number) => api.get(`/evidence-packs/${number}/links`, { limit: '100' }, abort.signal))).then(
      (pages) => setLinks(pages.flatMap((page) => page.items)),
      (error) => { if (!(error instanceof Abandoned)) setProblem(asProblem(error)); },
    );
    return () => abort.abort();
  }, [api, key]);
  const putLink = (ended) => setLinks((before) => before.map((link) => (link.number === ended.number && link.link_id === ended.link_id ? ended : link)));
  return { links, problem, putLink };
}
