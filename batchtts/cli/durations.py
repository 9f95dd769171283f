"""Durations as people read them."""


def duration(seconds: float) -> str:
    """Return a time as a person reads it: 1:02:03, or 4.2 s if it is short."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    minutes = f"{whole // 60 % 60}:{whole % 60:02d}"
    return minutes if whole < 3600 else f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
