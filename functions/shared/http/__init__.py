"""How requests come in and answers go out, and who is asking."""
