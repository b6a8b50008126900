import { html, useState } from '../../app/preact.js';
import { utc } from '../../app/instants.js';
import { hoursPeriod, monthOf, monthPeriod } from '../../app/periods.js';
import { asProblem } from '../../app/problem.js';
import { orgName } from '../../app/sections.js';
import { withoutHidden } from '../../app/text.js';
import { ProblemBox } from '../widgets/elements.js';

const CLOSED_HOUR_MISSING = 'A pack can be made once the first hour is closed.';

/** Ask for a pack: a month, or any whole hours. */
export function PackForm({ api, summary, onRequested }) {
  const lastClosedHour = summary?.last_closed_hour ?? null;
  const organizations = summary?.organizations ?? [];
  const [periodKind, setPeriodKind] = useState('month');
  const [month, setMonth] = useState('');
  const [hours, setHours] = useState({ first: '', last: '' });
  const [profile, setProfile] = useState('full');
  const [orgId, setOrgId] = useState('');
  const [problem, setProblem] = useState(null);
  const [sending, setSending] = useState(false);
  const chosenMonth = month || monthOf(lastClosedHour);
  const nothingClosed = summary !== null && lastClosedHour === null;
  const chosenPeriod = periodKind === 'month' ? monthPeriod(chosenMonth, lastClosedHour) : hoursPeriod(hours.first, hours.last);
  const period = nothingClosed ? null : chosenPeriod;
  const submit = async (event) => {
    event.preventDefault();
    const body = { period_start: period.period_start, period_end: period.period_end, profile };
    if (orgId !== '') body.org_ids = [orgId];
    setSending(true);
    setProblem(null);
    try {
      onRequested(await api.send('POST', '/evidence-packs', body));
    } catch (error) {
      setProblem(asProblem(error));
    }
    setSending(false);
  };
  return html`<form class="panel" onSubmit=${submit} data-testid="pack-form" aria-labelledby="pack-form-title">
    <h3 id="pack-form-title">Generate a pack</h3>
    <div class="fields">
      <label>Period<select data-testid="pack-by" value=${periodKind} onChange=${(event) => setPeriodKind(event.target.value)}>
        <option value="month">A month</option><option value="hours">Chosen hours</option></select></label>
      ${periodKind === 'month'
        ? html`<label>Month<input type="month" required data-testid="pack-month" value=${chosenMonth} onInput=${(event) => setMonth(event.target.value)} /></label>`
        : html`<${HourField} label="First hour" testid="pack-first" value=${hours.first} setHour=${(first) => setHours({ ...hours, first })} />
          <${HourField} label="Last hour, included" testid="pack-last" value=${hours.last} setHour=${(last) => setHours({ ...hours, last })} />`}
      ${organizations.length > 1 && html`<label>Organizations<select value=${orgId} onChange=${(event) => setOrgId(event.target.value)} data-testid="pack-org">
        <option value="">All ${organizations.length}</option>
        ${organizations.map((organization) => html`<option key=${organization.org_id} value=${organization.org_id}>${withoutHidden(orgName(organization))}</option>`)}</select></label>`}
      <label>Profile<select data-testid="pack-profile" value=${profile} onChange=${(event) => setProfile(event.target.value)}>
        <option value="full">Full: coverage and findings too</option><option value="core">Core: the six documented files</option></select></label>
      <button type="submit" class="primary" disabled=${sending || period === null} data-testid="pack-generate">${sending ? 'Requesting…' : 'Generate'}</button>
    </div>
    <p class="muted" role="status" data-testid="pack-period">${nothingClosed ? CLOSED_HOUR_MISSING : periodText(period, periodKind)}</p>
    ${problem && html`<${ProblemBox} problem=${problem} testid="pack-problem" />`}
  </form>`;
}

function HourField({ label, testid, value, setHour }) {
  return html`<label>${label} <span class="muted">UTC</span><input type="datetime-local" step="3600" required data-testid=${testid}
    value=${value} onInput=${(event) => setHour(event.target.value)} /></label>`;
}

function periodText(period, periodKind) {
  if (period === null) return periodKind === 'month' ? 'No hour of this month is closed yet.' : 'Whole hours (minutes 00), the first not after the last.';
  const span = `${utc(period.period_start, true)} to ${utc(period.period_end, true)} UTC, ${period.hours.toLocaleString('en-US')} hours`;
  return period.shortened ? `${span}: the month up to its last closed hour.` : `${span}.`;
}
