"""Steps 5 and 6 of 6: store, seal, project."""
