"""What is done with a running stage: the demo, closing hours, the packs of a month."""
