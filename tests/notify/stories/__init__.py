"""Long walks through what is told."""
