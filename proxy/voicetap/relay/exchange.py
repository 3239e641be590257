"""The upstream's answer to one request: its head awaited, its bytes passed on as they came; or why there is none."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from ..chunks import Header
from .answers import OwnAnswer
from .framing import ResponseFraming
from .heads import MAX_HEAD, BadAnswer, end_of_head, headers_of, status_of
from .leg import Leg, UpstreamReset
from .reset import pass_on_reset
from .upstream import DialFailed

Write = Callable[[bytes], Awaitable[None]]
"""Sends bytes to the client, and waits while it reads slower than we write."""


class Answer:
    """The head of the upstream's final response, as it came."""

    def __init__(self, head: bytes) -> None:
        self.head = head
        self.status = status_of(head)

    @property
    def headers(self) -> list[Header]:
        """Its fields, for the observer."""
        return headers_of(self.head)


async def read_answer(leg: Leg, write_interim: Write) -> Answer:
    """Wait for the head of the final response; pass interim ones (100, 103) on at once.

    What follows the head stays in the leg. Raises BadAnswer when the upstream ends first or speaks something
    else, UpstreamReset when it is cut.
    """
    received = bytearray()
    seen = 0
    while True:
        end = end_of_head(received, seen)
        if end is None:
            seen = len(received)
            if len(received) >= MAX_HEAD:
                raise BadAnswer(f"the upstream's head is larger than {MAX_HEAD} bytes")
            data = await leg.read()
            if not data:
                raise BadAnswer("the upstream ended the connection without an answer")
            received += data
            continue
        answer = Answer(bytes(received[:end]))
        if answer.status >= 200 or answer.status == 101:
            leg.put_back(bytes(received[end:]))
            return answer
        await write_interim(answer.head)
        del received[:end]
        seen = 0


async def pass_on_answer(answer: Answer, leg: Leg, request: web.BaseRequest) -> bool:
    """Pass a whole response on; say whether the client's connection may be used again after it.

    An upstream that ends in the middle ends the client's connection, a reset by a reset: its status is on the
    wire already, so nothing else can tell the client that this was not all.
    """
    framing = ResponseFraming(request.method)
    data = answer.head
    try:
        while True:
            await request.writer.write(data[: framing.receive(data)])
            if framing.ended:
                return framing.reusable
            data = await leg.read()
            if not data:
                return False
    except UpstreamReset:
        if request.transport is not None:
            await pass_on_reset(request.transport)
        return False


NO_ANSWER = (DialFailed, BadAnswer, ConnectionError, TimeoutError)
"""What keeps the upstream from answering."""


def no_answer(failure: Exception) -> tuple[str, OwnAnswer]:
    """The outcome (as in chunks.Handshake) of one of NO_ANSWER, and what the client is told instead."""
    if isinstance(failure, DialFailed):
        outcome, message = failure.outcome, f"voicetap cannot reach the upstream: {failure}"
    elif isinstance(failure, TimeoutError):
        outcome, message = "timeout", "the upstream gave no answer in time"
    else:
        outcome, message = "connect_error", str(failure)
    return outcome, OwnAnswer(504 if outcome == "timeout" else 502, f"upstream_{outcome}", message)
