"""The clients of AWS, and the keys and files they are given."""
