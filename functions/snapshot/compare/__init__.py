"""Step 3 of 6: what changed since the last snapshot."""
