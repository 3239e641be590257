"""What is wrong with the value of an OTEL_* variable: in words that do not quote it, or None."""

import re
import ssl
from collections.abc import Collection
from pathlib import Path
from urllib.parse import unquote, urlsplit

MOST = 2**31 - 1
"""Of a whole number; milliseconds of it are 24 days. Larger ones overflow somewhere below."""

_HEADER = re.compile(r"[ \t]*[!#-'*+.\-0-9A-Z^-z|~]+[ \t]*=([ !#-+\--:<-\[\]-~]*)")
"""W3C Baggage, with spaces in values: what the SDK understands. It would log any other, credentials and all."""


def number_fault(value: str, least: int) -> str | None:
    """Of a whole number."""
    if value.isascii() and value.isdigit() and len(value) < 20 and least <= int(value) <= MOST:
        return None
    return f"is no whole number from {least} to {MOST}"


def word_fault(value: str, known: Collection[str]) -> str | None:
    """Of one of some words, which are read without regard to case."""
    return None if value.lower() in known else f"is none of {', '.join(known)}"


def certificates_fault(path: str) -> str | None:
    """Of a file with certificates."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except OSError:
        return "is no readable file with certificates (PEM)"
    return None


def key_fault(path: str) -> str | None:
    """Of a file with a private key; for one with a passphrase OpenSSL would ask on the terminal."""
    try:
        text = Path(path).read_bytes()
    except OSError:
        text = b""
    if b"PRIVATE KEY-----" in text and b"ENCRYPTED" not in text:
        return None
    return "is no readable file with a private key (PEM, without a passphrase)"


def url_fault(value: str) -> str | None:
    """Of an endpoint over HTTP."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    return None if usable and not re.search(r"\s", value) else "is no URL that begins with http:// or https://"


def target_fault(value: str) -> str | None:
    """Of an endpoint over gRPC: a URL, or what gRPC itself understands, as `host:port`."""
    if "://" in value and not value.startswith(("dns:", "unix:")):
        return url_fault(value)
    return "is neither a URL nor host:port" if re.search(r"\s", value) else None


def usable_headers(value: str) -> tuple[list[str], bool]:
    """The parts that can be sent, and whether these are all. Percent-encoding may hide what no field may hold."""
    parts = [part for part in value.split(",") if part.strip()]
    usable = [
        part
        for part in parts
        if (found := _HEADER.fullmatch(part)) and (text := unquote(found[1])).isascii() and text.isprintable()
    ]
    return usable, len(usable) == len(parts)
