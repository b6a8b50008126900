"""What is reached from outside: distribution, HTTP API, sign-in."""
