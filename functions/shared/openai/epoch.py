"""Read a time as OpenAI tells it: epoch seconds, as documented, or as seen in the field.

Pure. Milliseconds and fractions of seconds have been seen, and leave no doubt about the second;
anything else (texts, negative numbers, days in the far future) names none.
"""

import math

_END = 2**33  # in the year 2242; as milliseconds that is April 1970
_FIRST_MILLISECOND = 10**12  # in 2001, before OpenAI; as seconds that is far in the future


def epoch_second(value: object) -> int | None:
    """Return the epoch second that a value names, None where it names none; 0 names none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    second = value / 1000 if _FIRST_MILLISECOND <= value < _END * 1000 else value
    return int(second) if 1 <= second < _END else None
