"""KMS keys: who may use them, who may end them, and who hears of it."""
