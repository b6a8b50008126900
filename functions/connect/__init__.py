"""The room that connects an organization: check, wrap, enrol."""
