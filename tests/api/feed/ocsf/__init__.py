"""The feed in OCSF, held to the published schema."""
