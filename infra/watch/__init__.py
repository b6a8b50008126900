"""What wakes somebody."""
