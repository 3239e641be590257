"""Standard output, for the exporter `console`."""

import os
import sys
from typing import TextIO


def standard_output() -> TextIO:
    """With a buffer of its own.

    A thread that writes holds the lock of the buffer, and at the end of the process Python would wait for that of
    sys.stdout, for ever where nobody reads.
    """
    return os.fdopen(sys.stdout.fileno(), "w", encoding="utf-8", closefd=False)
