"""The proof of one row."""
