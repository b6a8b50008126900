"""The runner: the product on one machine, on emulated AWS and a simulated OpenAI."""
