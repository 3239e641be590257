"""Refusals of the upgrade over HTTP, as data. api.openai.com itself answers 101 and refuses after it: see `admission`.

Gateways, proxies, Azure and overloaded servers do refuse so, with bodies like the API's.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from .disturbance import Failure, Rate

_MESSAGES = {
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: (
        "invalid_request_error",
        "unsupported_country_region_territory",
        "Country, region, or territory not supported",
    ),
    404: ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
    429: ("insufficient_quota", "insufficient_quota", "You exceeded your current quota, please check your plan."),
    500: ("server_error", None, "The server had an error while processing your request. Sorry about that!"),
    503: ("server_error", "service_unavailable", "The engine is currently overloaded, please try again later"),
}
"""Status -> type, code and message, as api.openai.com has them in the bodies of its HTTP API."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An upgrade is answered with this status, not 101; body and type are the API's unless they are given."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    status: Annotated[int, Field(ge=400, le=599)]
    rate: Rate = 1.0
    """How probable it is, among all upgrades."""
    error: Failure | None = None
    retry_after: Annotated[int, Field(ge=0)] | None = None
    """Seconds, for the header of that name."""

    def body(self) -> dict[str, Any]:
        """As JSON has it."""
        type, code, message = _MESSAGES.get(self.status, ("server_error", None, "The server refuses."))
        if self.error is not None:
            type, code, message = self.error.type, self.error.code, self.error.message
        return {"error": {"message": message, "type": type, "param": None, "code": code}}
