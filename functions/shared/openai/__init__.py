"""How OpenAI is asked: one page at a time, bounded, and every refusal named."""
