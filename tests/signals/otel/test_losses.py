import pytest

from voicetap.signals.otel.losses import EVERY_SECONDS, Losses


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_each_loss_is_counted_and_a_minute_has_one_line(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    counted: list[int] = []
    losses = Losses("span", "spans", counted.append, clock)
    for _ in range(30):
        losses.add(512, "HTTP 503")
        losses.add(1, "queue full")
        clock.now += 2.0
    assert sum(counted) == 30 * 513
    assert caplog.messages == ["512 spans did not reach the collector: HTTP 503 (512)"]
    losses.add(1, "queue full")
    assert caplog.messages[1:] == [
        "14879 spans did not reach the collector: HTTP 503 (14848), queue full (31)",
    ]


def test_one_is_told_of_as_one(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    losses = Losses("push of metrics", "pushes of metrics", lambda count: None, clock)
    losses.add(1, "HTTP 500")
    assert caplog.messages == ["1 push of metrics did not reach the collector: HTTP 500 (1)"]


def test_nothing_lost_is_nothing_told(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    counted: list[int] = []
    losses = Losses("span", "spans", counted.append, clock)
    losses.add(0, "")
    losses.tell()
    assert (counted, caplog.messages) == ([], [])


def test_the_last_words_do_not_wait(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    losses = Losses("push of metrics", "pushes of metrics", lambda count: None, clock)
    losses.add(1, "HTTP 500")
    losses.add(2, "gave up at exit")
    losses.tell()
    losses.tell()
    assert caplog.messages[1:] == ["2 pushes of metrics did not reach the collector: gave up at exit (2)"]


def test_the_first_loss_after_a_quiet_hour_is_told_at_once(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    losses = Losses("span", "spans", lambda count: None, clock)
    losses.add(1, "HTTP 500")
    clock.now += 60 * EVERY_SECONDS
    losses.add(3, "HTTP 500")
    assert caplog.messages[1:] == ["3 spans did not reach the collector: HTTP 500 (3)"]
