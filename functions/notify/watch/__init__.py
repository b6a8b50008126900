"""Step 1 of 3, watch: what was sealed, and what was not, becomes alerts."""
