"""Tests of who can do what."""
