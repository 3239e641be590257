"""Whoever is paged: takes Alertmanager's webhooks and keeps them.

    with webhook() as pager:
        ...  # receivers: [{name: pager, webhook_configs: [{url: http://{pager.address}/}]}]
        page = pager.await_page(lambda page: page.status == "firing")

It runs in a thread of its own. The JSON is that of Alertmanager's documentation, "webhook_config", version 4.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

WAIT_SECONDS = 30.0


class Page(NamedTuple):
    """One alert in one notification."""

    name: str
    status: str
    """firing or resolved."""
    labels: dict[str, str]
    """Without its name."""
    annotations: dict[str, str]
    receiver: str
    at: float
    """When it came; Unix seconds."""


class Webhook:
    """What has come so far; safe to read while more comes."""

    def __init__(self) -> None:
        self.address = ""
        """`host:port`; every path takes them."""
        self._changed = threading.Condition()
        self._pages: list[Page] = []

    @property
    def pages(self) -> list[Page]:
        """In order of arrival; an alert that goes on comes again with each notification of its group."""
        with self._changed:
            return list(self._pages)

    def await_page(self, wanted: Callable[[Page], bool], seconds: float = WAIT_SECONDS) -> Page:
        """The first that is wanted, also of those that came before; fails the test after `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: any(map(wanted, self._pages)), seconds)
            found = next(filter(wanted, self._pages), None)
            assert found is not None, f"not within {seconds} s; there came {self._pages}"
            return found

    def take(self, notification: dict[str, Any]) -> None:
        """Keep what a request told."""
        now = time.time()
        assert notification["version"] == "4", notification
        with self._changed:
            for alert in notification["alerts"]:
                labels = dict(alert["labels"])
                name = labels.pop("alertname")
                told = alert["status"], labels, alert["annotations"]
                self._pages.append(Page(name, *told, notification["receiver"], now))
            self._changed.notify_all()


@contextmanager
def webhook() -> Iterator[Webhook]:
    """One that listens within the block."""
    kept = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.address = f"127.0.0.1:{server.server_port}"
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        serving.start()
        try:
            yield kept
        finally:
            server.shutdown()
            serving.join()
