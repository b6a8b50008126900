"""What watches the stage: its alarms."""
