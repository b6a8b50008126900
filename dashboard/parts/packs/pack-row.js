import { html, useEffect, useState } from '../../app/preact.js';
import { openDownload } from '../../app/downloads.js';
import { utc } from '../../app/instants.js';
import { asProblem } from '../../app/problem.js';
import { words } from '../../app/text.js';
import { ShareLinks } from './share-links.js';
import { Badge, Copyable, Instant, ProblemBox, Size, Text } from '../widgets/elements.js';

const STATES = { queued: 'info', building: 'info', ready: 'good', failed: 'bad' };

/** One pack; under it, on request, how an auditor verifies it, or the links it is shared by. */
export function PackRow({ api, pack, keys, isAdmin }) {
  const [open, setOpen] = useState(null);
  const toggle = (panel) => setOpen(open === panel ? null : panel);
  const [problem, setProblem] = useState(null);
  const download = () => {
    setProblem(null);
    openDownload(api, `/evidence-packs/${pack.number}`).catch((error) => setProblem(asProblem(error)));
  };
  const ready = pack.state === 'ready';
  return html`<tr data-testid="pack" data-number=${pack.number} data-state=${pack.state}>
    <td data-label="Pack" class="unbroken"><strong>${`pack-${pack.number}`}</strong></td>
    <td data-label="Period" class="time">${utc(pack.period_start, true)} –<br />${utc(pack.period_end, true)}</td>
    <td data-label="Kind">${words(pack.kind ?? '')}, ${pack.profile}</td>
    <td data-label="State"><${Badge} tone=${STATES[pack.state] ?? 'warn'}>${pack.state}<//>
      ${pack.reason && html` <span class="reason"><${Text} value=${pack.reason} /></span>`}</td>
    <td data-label="Requested" class="time"><${Instant} at=${pack.created_at} /></td>
    <td data-label="Size" class="unbroken"><${Size} bytes=${pack.size_bytes} /></td>
    <td data-label="" class="row-actions">${ready && html`
      <button type="button" class="small" data-testid="pack-download" onClick=${download}>Download</button>
      <button type="button" class="small" data-testid="pack-share" aria-expanded=${open === 'links'} onClick=${() => toggle('links')}>Share</button>
      <button type="button" class="small" data-testid="pack-verify" aria-expanded=${open === 'verify'} onClick=${() => toggle('verify')}>How to verify</button>`}</td>
  </tr>
  ${(open || problem) && html`<tr class="under"><td colspan="7">
    ${problem && html`<${ProblemBox} problem=${problem} testid="download-problem" />`}
    ${open === 'links' && html`<${ShareLinks} api=${api} number=${pack.number} isAdmin=${isAdmin} />`}
    ${open === 'verify' && html`<${Verify} pack=${pack} keys=${keys} />`}</td></tr>`}`;
}

function Verify({ pack, keys }) {
  const fingerprint = useFingerprint(pack.signing_public_hex);
  const command = typeof pack.verify_with === 'string'
    ? pack.verify_with
    : `python3 evidence-pack-verify.py pack-${pack.number}.tar.gz --expected-pubkey ${pack.signing_public_hex}`;
  return html`<div class="verify" data-testid="verify">
    <p>Offline, on any machine with Python 3.9 or later:</p>
    <${Copyable} value=${command} label="the command" testid="verify-command" />
    <p>The key inside a pack proves nothing by itself. Compare this fingerprint with the one you were given another way,
      on paper or from someone you know; do not take it from this page alone.</p>
    <dl class="facts">
      <div><dt>Fingerprint of the key, SHA-256</dt><dd><code data-testid="verify-fingerprint">${fingerprint}</code></dd></div>
      <div><dt>Public key, Ed25519</dt><dd><code>${pack.signing_public_hex}</code> <${KeyState} pack=${pack} keys=${keys} /></dd></div>
      <div><dt>manifest.json, SHA-256</dt><dd><code>${pack.manifest_sha256}</code></dd></div>
      ${pack.archive_sha256 && html`<div><dt>Archive, SHA-256</dt><dd><code>${pack.archive_sha256}</code></dd></div>`}
    </dl>
  </div>`;
}

/** Whether the pack's key is among the published ones, and still good. */
function KeyState({ pack, keys }) {
  if (keys.body === null) return html`<${Badge} tone="plain">published keys not read<//>`;
  const key = (keys.body.items ?? []).find((publishedKey) => publishedKey.public_hex === pack.signing_public_hex);
  if (!key) return html`<${Badge} tone="bad">not among the published keys<//>`;
  if (key.revoked_at) return html`<${Badge} tone="bad">revoked<//>`;
  return html`<${Badge} tone="good">published<//>`;
}

/** SHA-256 of the 32 key bytes, in groups of four that can be read aloud. */
function useFingerprint(publicHex) {
  const [text, setText] = useState('…');
  useEffect(() => {
    const bytes = Uint8Array.from((publicHex ?? '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    crypto.subtle.digest('SHA-256', bytes).then((digest) => {
      const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
      setText(hex.match(/.{4}/g).join(' '));
    });
  }, [publicHex]);
  return text;
}
