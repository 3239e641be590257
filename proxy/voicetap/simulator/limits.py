"""The rate limit of a session: tokens a minute, given back little by little as time passes."""

import math

from .disturbance import Failure
from .protocol import Event


class TokensPerMinute:
    """What is left of the limit; all of it at first."""

    def __init__(self, limit: int, at: float) -> None:
        """`at` is when the session began."""
        self._limit = limit
        self._left = float(limit)
        self._at = at

    def take(self, tokens: int, at: float) -> None:
        """A response has used so many; there may be fewer left than that."""
        self._left = max(0.0, self._left_at(at) - tokens)
        self._at = at

    def refusal(self, model: str, tokens: int, at: float) -> Failure | None:
        """Why a response that has to read so many cannot begin; None where it can."""
        left = self._left_at(at)
        if tokens <= left:
            return None
        wait_ms = math.ceil((min(tokens, self._limit) - left) / self._limit * 60_000)
        message = (
            f"Rate limit reached for {model} on tokens per min (TPM): Limit {self._limit},"
            f" Used {self._limit - int(left)}, Requested {tokens}. Please try again in {wait_ms}ms."
        )
        return Failure("tokens", message, "rate_limit_exceeded")

    def updated(self, at: float) -> Event:
        """`rate_limits.updated`, as it stands then."""
        left = int(self._left_at(at))
        seconds = round((self._limit - left) / self._limit * 60, 3)
        limit = {"name": "tokens", "limit": self._limit, "remaining": left, "reset_seconds": seconds}
        return {"type": "rate_limits.updated", "rate_limits": [limit]}

    def _left_at(self, at: float) -> float:
        return min(float(self._limit), self._left + (at - self._at) * self._limit / 60)
