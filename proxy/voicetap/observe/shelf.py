"""The directory of recordings: private files, sortable names, and no more of them than there is room for."""

import fcntl
import os
import re
from datetime import datetime
from pathlib import Path

_NAME = re.compile(r"\d{8}T\d{6}\.\d{3}Z-[0-9a-zA-Z_-]+\.jsonl")


SPARE = 100
"""One part in so many is freed beyond what is needed, so that the directory need not be read for every line."""


class Full(Exception):
    """The room for recordings is taken up by those being made; nothing can go."""


def recording_name(started: datetime, connection_id: str) -> str:
    """The name of a recording, which sorts by its beginning; `started` is in UTC."""
    return f"{started:%Y%m%dT%H%M%S}.{started.microsecond // 1000:03}Z-{connection_id}.jsonl"


class Shelf:
    """Files come through `create`, and go when the room is needed: the oldest first, but none that is being written.

    A file is locked while it is written, so several processes can share a directory. What has another name than ours
    is neither counted nor deleted.
    """

    def __init__(self, directory: Path, keep_bytes: int) -> None:
        """`keep_bytes`: how much the recordings may take up, all together."""
        self._directory = directory
        self._keep_bytes = keep_bytes
        self._taken = sum(self._sizes().values())

    def create(self, name: str) -> int:
        """Make a file that only its owner can read, and return its locked descriptor; raise OSError."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(self._directory / name, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pass  # A file system without locks; its files are never deleted here.
        return descriptor

    def take(self, size: int) -> None:
        """Take room for so many bytes, by deleting old recordings where there is none; raise Full, or OSError."""
        self._taken += size
        if self._taken > self._keep_bytes:
            try:
                self._make_room(size)
            except (Full, OSError):
                self._taken -= size
                raise

    def give_back(self, size: int) -> None:
        """What was taken was not used after all."""
        self._taken -= size

    def discard(self, name: str) -> None:
        """Delete a file that nothing was written to; raise OSError."""
        (self._directory / name).unlink(missing_ok=True)

    def _make_room(self, size: int) -> None:
        # Others may have written to the directory or tidied it up.
        sizes = self._sizes()
        self._taken = sum(sizes.values()) + size
        if self._taken <= self._keep_bytes:
            return
        for name in sorted(sizes):
            self._taken -= self._delete(name)
            if self._taken <= self._keep_bytes - self._keep_bytes // SPARE:
                return
        if self._taken > self._keep_bytes:
            raise Full

    def _sizes(self) -> dict[str, int]:
        sizes = {}
        with os.scandir(self._directory) as entries:
            for entry in entries:
                # To open a pipe would be to wait for ever.
                if _NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    sizes[entry.name] = _size(entry)
        return sizes

    def _delete(self, name: str) -> int:
        """Delete a file, and return how much that frees: nothing if somebody writes to it."""
        path = self._directory / name
        try:
            with path.open("rb") as file:
                # Over NFS, an exclusive lock is not to be had by who only reads.
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                size = os.fstat(file.fileno()).st_size
                path.unlink()
        except OSError:
            return 0
        return size


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_size
    except FileNotFoundError:
        return 0
