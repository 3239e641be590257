"""What Prometheus gets: the registry as text, written off the event loop, once for all who wait for it.

The text is written by a thread of its own: the loop's other threads look up names, which may take long. There is one,
so that however many ask, there is one writing at a time; those who ask while it writes share the next text.
"""

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from .encoder import Encoder

_OPENMETRICS = "application/openmetrics-text"
_ACCEPTS = (
    *("text/plain", _OPENMETRICS),
    *(
        f"{kind}; version={version}; escaping={escaping}"
        for kind, version in (("text/plain", "1.0.0"), (_OPENMETRICS, "1.0.0"), (_OPENMETRICS, "2.0.0"))
        for escaping in ("underscores", "allow-utf-8", "dots", "values")
    ),
)
"""What leads to each of the formats that the library has."""

GZIP_LEVEL = 1
"""88 KiB become 10 in 0.3 ms, without the lock that the event loop needs; level 6 takes three times as long for 9."""


class Answer(NamedTuple):
    """A text, and what it is."""

    body: bytes
    content_type: str
    gzipped: bool


class Exposition:
    """The texts of one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._encoders: dict[str, Encoder] = {}
        for accept in _ACCEPTS:
            encode, content_type = choose_encoder(accept)
            self._encoders[content_type] = Encoder(encode, exemplars=content_type.startswith(_OPENMETRICS))
        self._plain = choose_encoder("")[1]
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="exposition")
        self._turn = asyncio.Lock()
        self._next: dict[tuple[str, bool], asyncio.Task[Answer]] = {}
        """What is to be written next: whoever asks now gets figures that are no older than the question."""

    async def answer(self, accept: str, accept_encoding: str) -> Answer:
        """The text, in the format and the coding that these headers ask for; else in Prometheus's own, as it is."""
        key = self._format(accept), wants_gzip(accept_encoding)
        writing = self._next.get(key)
        if writing is None:
            writing = self._next[key] = asyncio.create_task(self._in_turn(*key))
        # Whoever goes away takes nothing from those who wait for the same.
        return await asyncio.shield(writing)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(cancel_futures=True)

    def _format(self, accept: str) -> str:
        try:
            content_type = choose_encoder(accept)[1]
        except TypeError:
            # So it ends where a version is no number.
            return self._plain
        # It answers with whatever version it was asked for: that is no format yet.
        return content_type if content_type in self._encoders else self._plain

    async def _in_turn(self, content_type: str, gzipped: bool) -> Answer:
        async with self._turn:
            del self._next[content_type, gzipped]
            loop = asyncio.get_running_loop()
            body = await loop.run_in_executor(self._thread, self._write, self._encoders[content_type], gzipped)
        return Answer(body, content_type, gzipped)

    def _write(self, encoder: Encoder, gzipped: bool) -> bytes:
        text = encoder(self._registry)
        return gzip.compress(text, GZIP_LEVEL, mtime=0) if gzipped else text


def wants_gzip(accept_encoding: str) -> bool:
    """Whether gzip is named there, and not with a weight of 0 (RFC 9110, 12.5.3)."""
    for coding in accept_encoding.split(","):
        name, _, weight = coding.partition(";")
        if name.strip().lower() == "gzip":
            value = weight.strip().lower().removeprefix("q=").strip()
            return not value or value.strip("0.") != ""
    return False
