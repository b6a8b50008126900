"""Step 2 of 3, deliver: alerts get their numbers at each webhook, and are posted in that order."""
