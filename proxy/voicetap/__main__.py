"""python -m voicetap."""

import os
import signal
import sys
from types import FrameType


def main() -> int:
    """Run one subcommand; return its exit status.

    A container runs it as PID 1, which the kernel keeps from every signal that it does not handle itself: a stop in
    its first second would be lost, and the container would live until it is killed, in Kubernetes an hour later.
    """
    if os.getpid() == 1:
        signal.signal(signal.SIGTERM, _end)
    try:
        from .cli import main as run  # takes most of that second; each subcommand then handles signals in its own way

        return run()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _end(number: int, frame: FrameType | None) -> None:
    """At once: nothing has been begun that would have to be ended."""
    os._exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
