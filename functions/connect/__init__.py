"""The function that connects an organization: check, wrap, enrol."""
