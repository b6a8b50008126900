"""What is done with a running stage: demo, tick, pack-month."""
