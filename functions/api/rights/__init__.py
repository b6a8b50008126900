"""Who can do what, from the sealed registers of one hour."""
