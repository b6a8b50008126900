"""Step 2 of 6: OpenAI's records to ours, private from here on."""
