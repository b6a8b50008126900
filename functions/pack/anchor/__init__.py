"""Once a day: what every chain ended with, stamped by a time authority."""
