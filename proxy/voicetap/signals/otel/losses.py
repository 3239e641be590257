"""What did not reach its collector: counted at once, told of once a minute."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0


class Losses:
    """Of one signal. Any thread may add to them."""

    def __init__(
        self, one: str, many: str, dropped: Callable[[int], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """What is lost, as it stands in the log: `one` of it, `many`. `dropped` counts it in the metrics."""
        self._one = one
        self._many = many
        self._dropped = dropped
        self._clock = clock
        self._lock = threading.Lock()
        self._untold: Counter[str] = Counter()
        self._quiet_until = float("-inf")

    def add(self, count: int, reason: str) -> None:
        """So many are lost. `reason` is of a small set, and quotes nobody: a status, the type of an error."""
        if not count:
            return
        self._dropped(count)
        with self._lock:
            self._untold[reason] += count
            is_due = self._clock() >= self._quiet_until
        if is_due:
            self.tell()

    def tell(self) -> None:
        """Tell now of what has not been told of yet."""
        with self._lock:
            untold, self._untold = self._untold, Counter()
            self._quiet_until = self._clock() + EVERY_SECONDS
        if untold:
            reasons = ", ".join(f"{reason} ({count})" for reason, count in untold.most_common())
            what = self._one if untold.total() == 1 else self._many
            log.warning("%d %s did not reach the collector: %s", untold.total(), what, reasons)
