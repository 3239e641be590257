"""The files of the page, as the package has them: read once, and known by their names alone.

A path that is no such name leads nowhere, whatever it is made of.
"""

from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import NamedTuple

from aiohttp import hdrs, web

from .answers import error

INDEX = "index.html"

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
"""Of what is served; there is nothing else."""


class File(NamedTuple):
    """A file, and what is said of it."""

    content: bytes
    content_type: str
    hash: str


class Files:
    """Everything in a directory and below it."""

    def __init__(self, directory: Traversable | None = None) -> None:
        """Without a directory, the page that voicetap brings along."""
        self._files = dict(_read(directory or files(__package__) / "static", PurePosixPath()))

    async def index(self, request: web.Request) -> web.Response:
        """`GET /`"""
        return self._answer(request, INDEX)

    async def named(self, request: web.Request) -> web.Response:
        """`GET /static/{name}`"""
        return self._answer(request, request.match_info["name"])

    def _answer(self, request: web.Request, name: str) -> web.Response:
        file = self._files.get(name)
        if file is None:
            return error(404, "there is no such file")
        # A browser asks each time whether it is still the same: another voicetap may bring along another.
        headers = {hdrs.CACHE_CONTROL: "no-cache", hdrs.ETAG: f'"{file.hash}"', hdrs.CONTENT_TYPE: file.content_type}
        if any(tag.value in (file.hash, "*") for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=file.content, headers=headers)


def _read(directory: Traversable, place: PurePosixPath) -> Iterator[tuple[str, File]]:
    for entry in directory.iterdir():
        path = place / entry.name
        if entry.is_dir():
            yield from _read(entry, path)
        elif path.suffix in CONTENT_TYPES:
            content = entry.read_bytes()
            yield str(path), File(content, CONTENT_TYPES[path.suffix], sha256(content).hexdigest()[:16])
