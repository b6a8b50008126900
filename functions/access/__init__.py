"""The access function: machines' credentials and tokens, and who may send a request."""
