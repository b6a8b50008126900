"""Who is in which group, who has which role, and what tokens of machines may do."""
