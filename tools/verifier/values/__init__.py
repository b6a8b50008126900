"""What a value in a pack may be: JSON, instants, kinds of fields."""
