"""voicetap's relay with an observer of the bench's own: what `blind` and `tapped` have in common."""

import argparse
import asyncio
import ssl
from pathlib import Path

from bench.certificates import client_tls
from voicetap.chunks import Observer
from voicetap.relay import Relay, Upstream


def parse_relay_arguments(name: str) -> argparse.Namespace:
    """`--upstream PORT --listen PORT`, `--admin PORT` for who has one, `--authority FILE` where the upstream speaks
    TLS."""
    parser = argparse.ArgumentParser(f"bench.{name}")
    parser.add_argument("--upstream", type=int, required=True)
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--admin", type=int)
    parser.add_argument("--authority", type=Path)
    return parser.parse_args()


async def relay(arguments: argparse.Namespace, observer: Observer) -> None:
    """Relay until killed."""
    tls: ssl.SSLContext | None = client_tls(arguments.authority) if arguments.authority else None
    served = Relay(
        upstream=Upstream(host="127.0.0.1", port=arguments.upstream, tls=tls),
        observer=observer,
        connect_timeout=10.0,
        handshake_timeout=10.0,
    )
    await served.start("127.0.0.1", arguments.listen, ssl_context=None)
    await asyncio.Event().wait()
