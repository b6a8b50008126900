"""How the archive is written fast and the same each time; nothing else knows of it."""
