"""Step 4 of 6: which audit event explains which change."""
