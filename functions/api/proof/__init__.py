"""The proof of one row: what a signature covers of it, without any other row."""
