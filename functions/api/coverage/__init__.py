"""Which hours are there, which are late, and what their newest figures are."""
