"""Each sink is fed with every fact there is, and in each of their texts stands a key, or what somebody said.

Facts that tomorrow brings are made here too: what they have is read from their types.
"""

import inspect
import itertools
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest

from support.marked import KEY_MARK, WORD_MARK, hits, key, opaque, words
from support.secrets import CREDENTIALS
from support.spanned import Spanned
from voicetap import facts
from voicetap.chunks import Side, UpgradeRequest
from voicetap.facts import Connection, ContentSeen, Fact, Sink, Tokens, TraceIds
from voicetap.signals.live import LiveView
from voicetap.signals.logs import LogLines
from voicetap.signals.logs.format import JsonLines
from voicetap.signals.logs.sink import log
from voicetap.signals.metrics import Metrics

KINDS = [kind for _, kind in inspect.getmembers(facts, inspect.isclass) if issubclass(kind, Fact) and kind is not Fact]

FIRST = (facts.HandshakeAnswered, facts.SessionConfigured, facts.TurnOpened, facts.ResponseStarted, facts.ToolCalled)
LAST = (facts.ResponseFinished, facts.TurnEnded, facts.ConnectionClosed)
"""What others need before them, or would have no place after."""


OWN = {
    (facts.EventReceived, "type"): ["response.done"],
    (facts.GapOpened, "reason"): ["oversize"],
    (facts.HandshakeAnswered, "outcome"): ["401", "503", "connect_error", "101"],
    (facts.MessageMalformed, "reason"): ["schema"],
    (facts.MessageMalformed, "type"): ["response.done", None],
    (facts.Surprise, "type"): ["response.done"],
    (facts.Surprise, "detail"): ["response: done while done"],
}
"""Texts that no peer chooses: voicetap's words, and types of the catalogue."""


def values(kind: Any, text: str) -> list[Any]:
    """What a member of this type can be, with `text` wherever a text can stand."""
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    if get_args(kind):
        return [value for one in get_args(kind) for value in values(one, text)]
    known = {str: [text], int: [1], float: [1.0], bool: [True], type(None): [None], Side: list(Side)}
    return [Tokens(input=1, output=1)] if kind is Tokens else known[kind]


def made(kind: type[Fact], text: str) -> Iterator[Fact]:
    """One for each value that a member can have, the others being whatever comes first."""
    hints = get_type_hints(kind)
    members = {name: OWN.get((kind, name)) or values(hint, text) for name, hint in hints.items()}
    for turn in range(max(map(len, members.values()))):
        chosen = {name: found[turn % len(found)] for name, found in members.items()}
        if kind is facts.TruncationFinished and chosen["outcome"] != "acknowledged":
            chosen["initiator"] = "client"  # who else could have asked in vain
        yield kind(**chosen)


def order(kind: type[Fact]) -> int:
    if kind in FIRST:
        return FIRST.index(kind) - len(FIRST)
    return LAST.index(kind) + 1 if kind in LAST else 0


def all_facts(text: str) -> list[Fact]:
    kinds = sorted((kind for kind in KINDS if kind is not ContentSeen), key=order)
    return list(itertools.chain.from_iterable(made(kind, text) for kind in kinds))


HEADERS = [(b"Authorization", f"Bearer {opaque('header')}".encode()), (b"Cookie", opaque("cookie").encode())]
REQUEST = UpgradeRequest(f"/v1/realtime?model={key('model')}&api_key={opaque('query')}", HEADERS, 1.0)
CONNECTION = Connection("0000000000000001", REQUEST, 1_800_000_000.0)


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text += self.format(record) + "\n"


def told(sink: Sink, said: list[Fact]) -> None:
    for fact in said:
        sink.receive(fact)
    sink.close()


def log_lines(said: list[Fact]) -> str:
    handler = Kept()
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        told(LogLines().connection(CONNECTION, TraceIds()), said)
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
    assert "session ended" in handler.text
    return handler.text


def metrics(said: list[Fact]) -> str:
    registry = CollectorRegistry()
    process = Metrics(registry)
    told(process, said)
    told(process.connection(CONNECTION, TraceIds()), said)
    return generate_latest(registry).decode()


def spans(said: list[Fact]) -> str:
    spanned = Spanned(1.0, target=REQUEST.target, headers=HEADERS)
    told(spanned.sink, said)
    assert len(spanned.exported) > 5
    return "".join(span.to_json() for span in spanned.exported)


def page(said: list[Fact]) -> str:
    view = LiveView()
    # One that came to nothing has no session.
    accepted = [
        fact
        for fact in said
        if getattr(fact, "outcome", None) == "101" or not isinstance(fact, facts.HandshakeAnswered)
    ]
    told(view.connection(CONNECTION, TraceIds()), accepted)
    [summary] = view.summaries()
    session = view.session(CONNECTION.id)
    assert session is not None
    changes = session.changes()
    assert len(changes.marks) > 5
    return repr((summary, session.configuration, changes, session.events()))


SINKS = [log_lines, metrics, page, spans]

TEXTS = {
    "key": key("fact"),
    "ephemeral": key("fact", "ek_"),
    "inside": f"item/{key('fact')}",
    "sentence": words("fact"),
    "address": f"{WORD_MARK}@example.org",
    "lines": f"a\n{WORD_MARK}\x1b[2J\u202e\x00",
    "long": WORD_MARK * 100_000,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("signal", SINKS)
def test_nothing_of_it_is_shown(signal: Callable[[list[Fact]], str], text: str) -> None:
    assert hits(f"{KEY_MARK}|{WORD_MARK}", shown=signal(all_facts(text))) == {}


@pytest.mark.parametrize("credential", CREDENTIALS.values(), ids=CREDENTIALS)
@pytest.mark.parametrize("signal", SINKS)
def test_no_credential_is_shown_whoever_issued_it(signal: Callable[[list[Fact]], str], credential: str) -> None:
    assert credential not in signal(all_facts(credential))


@pytest.mark.parametrize("signal", SINKS)
def test_ids_are_shown_where_they_are_what_they_should_be(signal: Callable[[list[Fact]], str]) -> None:
    """Or the tests above could not fail: of the metrics only the model is a name."""
    assert json.dumps("tame_name_1")[1:-1] in signal(all_facts("tame_name_1"))
