"""The Lambda rooms and what they share."""
