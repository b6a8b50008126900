"""What organizations hold through time, and the lists that show it."""
