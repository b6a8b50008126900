"""What the dashboard is made into when it is published."""
