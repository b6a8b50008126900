/** The proof of a key: what a seal says of it, for whoever must be shown and may see nothing else. */
import { html, useState } from '../../app/preact.js';
import { useAnswer } from '../../app/answers.js';
import { saveFile } from '../../app/csv.js';

/** Nothing is shown where the service has no proof of it, or none at all. */
export function KeyProof({ api, orgId, keyId }) {
  const proof = useAnswer(api, '/proof', 0, { org_id: orgId, section: 'api_keys', entity: keyId });
  const [saved, setSaved] = useState(false);
  if (proof.body === null) return null;
  const save = () => {
    saveFile(`openai-audit-proof-${keyId}.json`, JSON.stringify(proof.body, null, 2), 'application/json');
    setSaved(true);
  };
  return html`<section class="panel" aria-labelledby="proof-title" data-testid="proof"><h3 id="proof-title">Its proof</h3>
    <p class="muted">This key’s row, and the path from it to the seal that an auditor holds.</p>
    <div class="actions"><button type="button" data-testid="proof-save" onClick=${save}>${saved ? 'Saved' : 'Save the proof'}</button></div></section>`;
}
