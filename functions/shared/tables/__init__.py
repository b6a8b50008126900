"""The rows of the table, one module a kind of row."""
