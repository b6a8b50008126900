"""The notify function: what happens to a tenant's organizations, told by webhook and by mail."""
