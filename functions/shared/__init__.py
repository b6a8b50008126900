"""The nouns, and the doors to the outside."""
