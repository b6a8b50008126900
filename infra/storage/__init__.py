"""What keeps: table, buckets and their keys."""
