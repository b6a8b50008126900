"""Functions: what an account grants, what a configuration may hold, who may call."""
