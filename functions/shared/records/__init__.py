"""Every row this product seals, shows or signs, declared once."""
