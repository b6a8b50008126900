"""Hours that are there, hours that are late, and the figures over all of them."""
