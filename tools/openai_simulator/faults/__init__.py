"""Every way in which an answer can be wrong."""
