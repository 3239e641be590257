"""Times that may be unknown: NaN, on which comparisons are false, and from which every figure is None."""


def elapsed(begin: float, end: float) -> float | None:
    """Seconds from one to the other, and not below 0; None where either is unknown."""
    seconds = end - begin
    return max(0.0, seconds) if seconds == seconds else None
