"""Step 1 of 6: what the sealed hours of a period say, checked link by link."""
