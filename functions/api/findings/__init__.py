"""Findings: what a row says beside the sealed facts, what lists may ask of it, and the figures."""
