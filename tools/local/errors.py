"""What stops the runner, each as one line that says what to do."""


class RunnerStopped(Exception):
    """The runner cannot go on; the message is the one line shown for it."""
