"""The AWS emulator, and what is added to it so that it behaves as AWS does."""
