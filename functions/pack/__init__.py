"""The function that turns sealed hours into a signed pack."""
