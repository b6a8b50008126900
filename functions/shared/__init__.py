"""What the functions share: records, errors, and the clients of the outside."""
