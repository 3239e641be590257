"""What looks like a credential. None is ever written, whatever the operator asked for."""

import re

PUT_INSTEAD = "…elided"

_ISSUED = (
    r"(?<![A-Za-z0-9])(?:"
    r"(?:sk|pk|rk|ek|ak|xai|gsk|hf|gh[oprsu]|github_pat|glpat|xox[abprs])[-_][\w-]{3,}"  # OpenAI, xAI, Groq, GitHub, …
    r"|eyJ[\w-]{6,}(?:\.[\w-]*)*"  # a JSON Web Token: it begins with {" in base64
    r"|A(?:KIA|SIA)[A-Z0-9]{8,}|AIza[\w-]{16,}"  # AWS, Google
    r"|openai-insecure-api-key\.[^\s\",]+"  # a WebSocket subprotocol of browsers
    r")"
)
"""By the beginning that its issuer gives it."""

_ANY = re.compile(
    _ISSUED + r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*"
    r"|(?<=://)[^\s/:@]*:[^\s/@]+(?=@)"  # a name and a password in a URL
    r"|(?i:\bbearer\s+[\w.~+/=-]{6,}|\bbasic\s+[A-Za-z0-9+/]{12,}={0,2}"
    r"|(?:api[-_ ]?key|secret|token|passw(?:or)?d|passphrase|\bpwd|authorization|signature)\\*[\"']?\s*[=:]\s*\\*[\"']?"
    r"(?:bearer\s+|basic\s+)?[^\s\"',;&}\\]+)"
)
"""By that, by the scheme before it, or by the name before it."""

_IN_NAME = re.compile(_ISSUED.encode(), re.ASCII)

_KEY = re.compile(
    r"(?i:secret|passw(?:or)?d|passphrase|credential|authorization|api[-_]?key|access[-_]?key|private[-_]?key"
    r"|(?:^|[-_])key$|(?:^|[-_])token$|^auth$|^jwt$|signature|cookie|bearer|^headers$|^server_url$|sdp$|^ice_"
    r"|(?:^|[-_])ufrag$|(?:^|[-_])pwd$)|[a-z](?:Key|Token)$"
)

_HINTS = (
    *("sk-", "sk_", "pk-", "pk_", "rk-", "rk_", "ek-", "ek_", "ak-", "ak_", "xai-", "xai_", "gsk-", "gsk_", "hf-"),
    *("hf_", "gho", "ghp", "ghr", "ghs", "ghu", "github_pat", "glpat", "xox", "eyj", "akia", "asia", "aiza"),
    *("bearer", "basic", "key", "secret", "token", "passw", "passphrase", "pwd", "authorization", "signature", "@"),
    "-----begin",
)
"""In lower case, where there is none of these there is no credential; they are looked for a hundred times as fast."""


def name_is_credential(json: bytes) -> bool:
    """Whether a string without spaces, as JSON, has a part that looks like one."""
    return _IN_NAME.search(json) is not None


def without_credentials(text: str) -> str:
    """The text with each of them replaced; the same object where there is none.

    Takes 25 ns for each character, 150 where there are hints.
    """
    lower = text.lower()
    if not any(hint in lower for hint in _HINTS):
        return text
    replaced, count = _ANY.subn(PUT_INSTEAD, text)
    return replaced if count else text


def key_is_credential(key: str) -> bool:
    """Whether what an object of the API has under this key is one: `client_secret`, the `authorization`, `headers` and
    `server_url` of an MCP server, the SDP and ICE servers of a WebRTC connection."""
    return _KEY.search(key) is not None
