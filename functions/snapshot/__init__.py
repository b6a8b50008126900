"""The room that pictures an organization every hour and seals what it saw."""
