"""The server's own log: one JSON object a line for each event that it sent and received, flushed line by line.

    {"simulator_log": 1, "started_at": "…", "scenario": "default", "seed": 1}
    {"at_ms": 9.8, "session": null, "refused": {"path": "/v1/realtime", "status": 429}}
    {"at_ms": 12.3, "session": "sess_…", "open": {"path": "/v1/realtime", "model": "gpt-realtime"}}
    {"at_ms": 12.4, "session": "sess_…", "from": "server", "type": "session.created"}
    {"at_ms": 99.9, "session": "sess_…", "close": {"by": "client", "code": 1000, "reason": ""}}

It holds ids, codes and figures, never what anybody said. `tally` counts what is in it.
"""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TextIO

from .protocol import ApiError, Binary, Event, Note, Ping, Send, Text


class Log:
    """Lines of one run."""

    def __init__(
        self,
        stream: TextIO | None,
        *,
        scenario: str | None,
        seed: int,
        recording: str | None = None,
        told: Callable[[str], object] | None = None,
    ) -> None:
        """Without a stream, nothing is kept. `told` gets the notes too, for whoever is looking."""
        self._stream = stream
        self._told = told
        self._start = time.monotonic()
        started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        of = {"scenario": scenario} if recording is None else {"recording": recording}
        self._write({"simulator_log": 1, "started_at": started_at, **of, "seed": seed})

    def opened(self, session: str, path: str, model: str) -> None:
        """A client was given a WebSocket."""
        self._line(session, open={"path": path, "model": model})

    def received(self, session: str, message: Event | ApiError) -> None:
        """A message came; what is no event is logged without a type."""
        event = {} if isinstance(message, ApiError) else message
        self._line(session, **{"from": "client", "type": event.get("type")}, **dict(_figures(event)))

    def refused(self, path: str, status: int) -> None:
        """A client was given no WebSocket."""
        self._line(None, refused={"path": path, "status": status})

    def said(self, session: str, output: Send | Text | Binary | Ping | Note) -> None:
        """Something was sent; what is no event is logged without a type, or by what it is."""
        if isinstance(output, Send):
            event, answered = output.event, {"answers": output.answers} if output.answers else {}
            self._line(session, **{"from": "server", "type": event.get("type")}, **answered, **dict(_figures(event)))
        elif isinstance(output, Note):
            self._line(session, note=output.text)
            if self._told is not None:
                self._told(f"{session}: {output.text}")
        elif isinstance(output, Text | Binary):
            self._line(session, **{"from": "server", "type": None})

    def closed(self, session: str, by: str, code: int | None, reason: str) -> None:
        """The connection ended; `code` is None where it broke off without a Close frame."""
        self._line(session, close={"by": by, "code": code, "reason": reason})

    def _line(self, session: str | None, **fields: Any) -> None:
        at_ms = round((time.monotonic() - self._start) * 1000, 1)
        self._write({"at_ms": at_ms, "session": session, **fields})

    def _write(self, line: dict[str, Any]) -> None:
        if self._stream is not None:
            self._stream.write(json.dumps(line, separators=(",", ":")) + "\n")
            self._stream.flush()


def _figures(event: Event) -> Iterator[tuple[str, Any]]:
    """What is worth a place in the log: ids, codes and figures. A client's event may be wrong in any way."""
    item, response, error, session = (_object(event, name) for name in ("item", "response", "error", "session"))
    for name, value in (
        ("event_id", event.get("event_id")),
        ("item_id", event.get("item_id") or item.get("id")),
        ("response_id", event.get("response_id") or response.get("id")),
        ("role", item.get("role")),
        ("status", response.get("status")),
        ("reason", _object(response, "status_details").get("reason")),
        ("audio_start_ms", event.get("audio_start_ms")),
        ("audio_end_ms", event.get("audio_end_ms")),
        ("error_type", error.get("type")),
        ("code", error.get("code")),
        ("transcription_model", _transcription_model(session)),
    ):
        if isinstance(value, str | int):
            yield name, value
    transcript = event.get("transcript")
    if isinstance(transcript, str):
        yield "characters", len(transcript)


def _transcription_model(session: Event) -> Any:
    """None where the session does not transcribe; "" where it does, by a model that nobody named."""
    transcription = _object(_object(session, "audio"), "input").get("transcription")
    transcription = transcription or session.get("input_audio_transcription")
    return transcription and (_object({"of": transcription}, "of").get("model") or "")


def _object(event: Event, name: str) -> Event:
    value = event.get(name)
    return value if isinstance(value, dict) else {}
