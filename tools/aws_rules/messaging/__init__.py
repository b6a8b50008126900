"""Topics, queues, event sources and alarms: who sends to whom, and whether it arrives."""
