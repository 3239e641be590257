from math import nan

import pytest

from voicetap.session.times import elapsed


@pytest.mark.parametrize(
    ("begin", "end", "seconds"),
    [
        (100.0, 101.5, 1.5),
        (100.0, 100.0, 0.0),
        (101.0, 100.0, 0.0),
        (nan, 100.0, None),
        (100.0, nan, None),
        (nan, nan, None),
    ],
)
def test_elapsed(begin: float, end: float, seconds: float | None) -> None:
    assert elapsed(begin, end) == seconds
