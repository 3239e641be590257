"""How the connection began, went on and ended."""

from .... import facts
from ....chunks import Side
from ...identifiers import shown
from ..details import text
from ..items import Close
from .parts import Handlers, Parts

_WHOLE = "oversize"
"""The reason of a gap behind which everything goes on: one message was too large."""


def _handshake_answered(page: Parts, fact: facts.HandshakeAnswered) -> None:
    handshake = page.ids.handshake
    trace_id = None if handshake is None else handshake.trace_id
    if fact.outcome == "101":
        page.session.summarize(state="live", trace_id=trace_id)
        return
    page.session.troubles.add("start_failed")
    page.marks.turned_away(fact.outcome, fact.at)
    page.end(fact.at, "refused", shown(fact.outcome), trace_id=trace_id)


def _bytes_relayed(page: Parts, fact: facts.BytesRelayed) -> None:
    """It shows that time goes on."""


def _gap_opened(page: Parts, fact: facts.GapOpened) -> None:
    page.marks.gap(fact, page.turns.latest)
    page.session.trouble("gap")
    if fact.reason != _WHOLE and fact.sender is not Side.CLIENT:
        # What the server says may not be understood any more, so that nobody says how these end.
        page.spans.close(fact.at)
        page.turns.close(fact.at)


def _connection_closed(page: Parts, fact: facts.ConnectionClosed) -> None:
    if fact.end in ("client_lost", "upstream_lost"):
        page.session.troubles.add("lost")
    elif fact.end == "expired":
        page.session.troubles.add("expired")
    # A recording does not say whether voicetap ended the connection then, or only what it kept of it.
    endless = fact.closed_by is None and page.session.is_recorded
    reason = text(fact.close_reason) if page.content and fact.close_reason else None
    close = Close(fact.close_code, None if fact.closed_by is None else fact.closed_by.value, reason)
    page.end(
        fact.at,
        "refused" if fact.end == "refused" else "ended",
        None if endless and fact.end == "drained" else fact.end,
        close=None if endless else close,
    )


HANDLERS: Handlers = {
    facts.BytesRelayed: _bytes_relayed,
    facts.ConnectionClosed: _connection_closed,
    facts.GapOpened: _gap_opened,
    facts.HandshakeAnswered: _handshake_answered,
}
