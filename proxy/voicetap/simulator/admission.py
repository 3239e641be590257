"""Who may have a session: api.openai.com answers every upgrade with 101, and says only then why it refuses."""

from collections.abc import Mapping, Sequence

from .protocol import ApiError

BAD_KEY = "sk-bad"
"""A key that begins so is refused; any other, and none at all, is welcome."""

INVALID_KEY = "Incorrect API key provided."
_KEY_SUBPROTOCOL = "openai-insecure-api-key."


class Refused(ApiError):
    """The `error` that a client gets in place of a session, and the code of the close that follows."""

    def __init__(self, close_code: int, code: str, message: str) -> None:
        """The reason of the close is type and code of the error."""
        super().__init__(code, message)
        self.close_code = close_code
        self.close_reason = f"{self.type}.{code}"


def key_of(headers: Mapping[str, str], subprotocols: Sequence[str] = ()) -> str:
    """The key from wherever clients put it: `Authorization`, Azure's `api-key`, or a browser's subprotocol."""
    for subprotocol in subprotocols:
        if subprotocol.startswith(_KEY_SUBPROTOCOL):
            return subprotocol.removeprefix(_KEY_SUBPROTOCOL)
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else headers.get("api-key", "")


def admit(
    headers: Mapping[str, str],
    subprotocols: Sequence[str],
    query: Mapping[str, str],
    *,
    beta: bool = False,
    granted: bool = False,
) -> None:
    """Raise Refused where api.openai.com would.

    `beta`: it still takes clients of the beta; `granted`: the key stands for a session, which has a model.
    """
    if key_of(headers, subprotocols).startswith(BAD_KEY):
        raise Refused(3000, "invalid_api_key", INVALID_KEY)
    if not beta and "realtime=v1" in headers.get("OpenAI-Beta", ""):
        raise Refused(4000, "beta_api_shape_disabled", "The Realtime Beta API is no longer supported.")
    if not (granted or query.get("model") or query.get("deployment") or query.get("intent")):
        raise Refused(4000, "missing_model", "You must provide a model parameter.")
