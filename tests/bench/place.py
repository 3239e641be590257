"""Where a peer finds its upstream, itself, and room for its files; all on loopback."""

from dataclasses import dataclass
from pathlib import Path

Command = list[str]


@dataclass(frozen=True)
class Place:
    """What a peer's configuration is made from."""

    upstream: int
    listen: int
    admin: int
    directory: Path
    page: int
    collector: int | None = None
    """Where an OTLP receiver listens, for a peer that exports."""
    authority: Path | None = None
    """Certificates (PEM) to trust where the upstream speaks TLS, as 127.0.0.1 and as localhost; None: it does not."""
    deflate: bool = False
    """Whether callers and upstream agree to permessage-deflate."""
    key: str = "not-a-key"
    """What the callers authorize themselves with, for a peer that insists on knowing them."""

    @property
    def origin(self) -> str:
        """Of the upstream."""
        return f"http{'s' if self.authority else ''}://127.0.0.1:{self.upstream}"

    @property
    def recordings(self) -> Path:
        """For a peer that records."""
        return self.directory / "recordings"
