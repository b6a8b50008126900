"""What runs: functions, their code, roles, queues and schedules."""
