"""What is sealed: the hours' seals and the days' anchors."""
