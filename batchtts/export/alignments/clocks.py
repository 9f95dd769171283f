"""Samples as the clocks of subtitles have them: whole milliseconds or hundredths, never adding up an error."""


def units(n_samples: int, sample_rate: int, per_second: int) -> int:
    """Return a time in so many units a second, rounded to the nearest."""
    return (2 * n_samples * per_second + sample_rate) // (2 * sample_rate)


def clock(milliseconds: int, point: str) -> str:
    """Return a time as `00:01:02.345`; there are as many hours as it takes."""
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{rest:03}"


def span(start: int, end: int, sample_rate: int, per_second: int) -> tuple[int, int]:
    """Return a stretch in so many units a second; it is at least one of them long."""
    first = units(start, sample_rate, per_second)
    return first, max(units(end, sample_rate, per_second), first + 1)
