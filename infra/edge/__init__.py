"""What the world reaches: distribution, API, sign-in."""
