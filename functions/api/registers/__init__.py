"""Registers as lists read them: rows by their place, in an order, as of an hour."""
