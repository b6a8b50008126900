"""The access function and the authorizer."""
