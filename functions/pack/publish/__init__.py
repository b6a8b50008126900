"""Steps 4 and 5 of 6: put the archive in place and let the auditors' script judge it."""
