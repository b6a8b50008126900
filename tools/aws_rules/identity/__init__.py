"""IAM and the template itself: names and sizes."""
