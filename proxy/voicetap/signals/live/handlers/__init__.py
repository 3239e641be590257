"""Facts -> where each of them goes: a module for what a few of them tell of."""

from . import answers, connection, content, events, responses, session, turns, user
from .parts import Handlers, Parts

HANDLERS: Handlers = {
    **answers.HANDLERS,
    **connection.HANDLERS,
    **content.HANDLERS,
    **events.HANDLERS,
    **responses.HANDLERS,
    **session.HANDLERS,
    **turns.HANDLERS,
    **user.HANDLERS,
}
"""What has no place on the page: plain HTTP, items as such, what was forgotten, and that tools resumed."""

__all__ = ["HANDLERS", "Handlers", "Parts"]
