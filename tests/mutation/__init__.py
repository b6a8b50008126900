"""A sample of small faults put into the rules, each of which a test must find."""
