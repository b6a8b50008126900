"""The demo story: who is there and what happens, hour by hour."""
