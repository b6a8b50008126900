"""The room that shows sealed things; it never calls OpenAI."""
