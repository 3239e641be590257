"""How far apart the points of a line are, and over how long its rates reach: Grafana's arithmetic."""

_STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
"""Seconds; what lies between two is taken for the nearer one."""


def step(range_seconds: int, pixels: int, scrape_seconds: int) -> int:
    """Seconds between two points: about one for each pixel of the panel, but no more than there are scrapes."""
    wanted = range_seconds / pixels
    # The longer of two that are equally near.
    return max(min(reversed(_STEPS), key=lambda each: abs(each - wanted)), scrape_seconds)


def rate_interval(step_seconds: int, scrape_seconds: int) -> int:
    """Seconds, in place of `$__rate_interval`."""
    return max(step_seconds + scrape_seconds, 4 * scrape_seconds)


def aligned(start: float, end: float, step_seconds: int) -> tuple[int, int]:
    """Both at a multiple of the step, so that the points stay where they are when time goes on."""
    return int(start // step_seconds) * step_seconds, int(end // step_seconds) * step_seconds
