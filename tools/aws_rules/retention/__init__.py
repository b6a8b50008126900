"""What outlives a stack, what a failed deployment leaves, and what ends by itself."""
