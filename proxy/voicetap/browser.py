"""The browser of whoever sits at this terminal."""

import os
import sys
import threading
import webbrowser
from collections.abc import Mapping


def has_screen(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a browser can have a window. Without one it would be one of text, in the middle of our own output."""
    if platform in ("darwin", "win32"):
        return True
    return any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def show(url: str) -> None:
    """Open a page in it, if there is one, and wait for nothing: some browsers come back only when they are closed."""
    threading.Thread(target=_open, args=(url,), name="browser", daemon=True).start()


def _open(url: str) -> None:
    try:
        webbrowser.open(url)
    except (webbrowser.Error, OSError):
        pass
