"""Step 1 of 6: ask OpenAI for everything the hour's snapshot needs."""
