"""The AWS emulator, and what it must be told to behave as AWS does."""
