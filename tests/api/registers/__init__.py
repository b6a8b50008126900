"""Registers as lists read them."""
