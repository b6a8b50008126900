"""Step 2 of 6, part: the files of a pack that explain it to people."""
