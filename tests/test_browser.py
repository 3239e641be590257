"""A browser is opened where it can have a window, and nothing waits for it, nor fails with it."""

import threading
import webbrowser

import pytest

from support.waiting import eventually
from voicetap import browser


@pytest.mark.parametrize(
    ("platform", "environ", "screen"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"BROWSER": "firefox"}, True),
        ("freebsd14", {}, False),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_where_there_is_a_screen(platform: str, environ: dict[str, str], screen: bool) -> None:
    assert browser.has_screen(platform, environ) is screen


async def test_nothing_waits_for_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    closed = threading.Event()

    def browse(url: str) -> bool:
        opened.append(url)
        return closed.wait(5)

    monkeypatch.setattr(webbrowser, "open", browse)
    browser.show("http://127.0.0.1:9465/")
    await eventually(lambda: opened)
    [thread] = [thread for thread in threading.enumerate() if thread.name == "browser"]
    assert thread.daemon
    closed.set()
    thread.join(5)
    assert opened == ["http://127.0.0.1:9465/"]


@pytest.mark.parametrize("error", [webbrowser.Error("none"), OSError("no such file")])
def test_a_browser_that_cannot_be_opened_is_no_error(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def browse(url: str) -> bool:
        raise error

    monkeypatch.setattr(webbrowser, "open", browse)
    browser.show("http://127.0.0.1:9465/")
    for thread in threading.enumerate():
        if thread.name == "browser":
            thread.join(5)  # an exception in it would fail the test
