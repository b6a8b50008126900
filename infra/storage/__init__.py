"""What stores data: the table, the buckets and the KMS keys."""
