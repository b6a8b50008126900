"""The room that turns sealed hours into a signed pack."""
