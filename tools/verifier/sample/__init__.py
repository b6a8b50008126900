"""Rows for an auditor to look at, of a pack that passed."""
