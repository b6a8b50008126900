"""The function that takes a snapshot of an organization every hour, and seals it."""
