"""Step 3 of 3, mail: alerts as letters, at once, and once a week how many there were."""
