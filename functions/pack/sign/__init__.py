"""Step 3 of 6: the manifest and its signature."""
