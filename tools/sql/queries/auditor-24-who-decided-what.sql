-- Who decided what on which finding or service account, and when?
SELECT org_id, n, "at", "by", finding_id, first_seen_hour, service_account_id, state, reason_code,
  accountable, due_date, review_date, replaces, note_hash, seal_hour, seal_sha256
FROM statements
ORDER BY org_id, n;
