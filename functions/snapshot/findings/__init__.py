"""Step 3 of 6, part: what a person should look at."""
