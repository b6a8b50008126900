"""A whole list in one answer, as CSV or as a line of JSON for each row."""
