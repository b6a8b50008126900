"""The function that shows sealed things; it never calls OpenAI."""
