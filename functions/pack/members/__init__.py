"""Step 2 of 6: the pack's files, row by row."""
