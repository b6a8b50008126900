"""Sealed members: from the bytes whose digests the seals name to every row of the pack."""
