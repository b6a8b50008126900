"""The feed: everything that was sealed, in the order of sealing, oldest first."""
