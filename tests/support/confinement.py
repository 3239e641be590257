"""Runs a command in a root directory of its own, as container engines do: the kernel's namespaces and nothing else.

In place of a base image, which nobody here can fetch, a root has this machine's /usr and the Python that runs the
tests, both read-only, and an /etc with names in it and no settings.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from support.mortal import UNTIL_PARENT_ENDS, mortal
from support.requires import lacks, requires_program

PATH = "/stand-in:/usr/bin:/bin"
"""Where a root has its programs; `python` is in the first of them."""
_PYTHON = Path(sys.base_prefix)
_DEVICES = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"]
_HOSTS = "/etc/hosts"

_ENTER = """\
set -eu
root=$1 mode=$2 hosts=$3; shift 3
mount --bind "$root" "$root"
for path in $BOUND; do
    mount --bind "$path" "$root$path"
    mount -o remount,bind,ro "$root$path"
done
for path in $DEVICES; do mount --bind "$path" "$root$path"; done
mount --bind "$hosts" "$root/etc/hosts"
mount -t proc proc "$root/proc"
mount -o "remount,bind,$mode" "$root"
exec chroot "$root" "$@"
"""


def within(root: Path, path: str) -> Path:
    """Where a path of a root is on this machine."""
    return root / path.lstrip("/")


def new_root(root: Path) -> Path:
    """A root with nothing in it but what a base image would bring."""
    for path in [*_bound(), "/proc", "/dev", "/tmp", "/etc", "/root", "/stand-in"]:
        within(root, path).mkdir(parents=True, exist_ok=True)
    for path in [*_DEVICES, _HOSTS]:
        within(root, path).touch()
    for name in ("bin", "sbin", "lib", "lib64"):
        if os.path.islink(f"/{name}"):
            (root / name).symlink_to(os.readlink(f"/{name}"))
    (root / "stand-in" / "python").symlink_to(_PYTHON / "bin" / f"python3.{sys.version_info.minor}")
    (root / "tmp").chmod(0o1777)
    root.chmod(0o755)
    (root / "etc" / "passwd").write_text("root:x:0:0:root:/root:/usr/sbin/nologin\n")
    (root / "etc" / "group").write_text("root:x:0:\n")
    shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
    return root


def _bound() -> list[str]:
    elsewhere = [] if _PYTHON.is_relative_to("/usr") else [str(_PYTHON)]
    return ["/usr", "/etc/ssl", *elsewhere]


def entering(root: Path, mode: str, hosts: Path = Path(_HOSTS)) -> list[str]:
    """Goes before a command that shall run in a root, mounted `ro` or `rw`, among processes and mounts of its own.

    All of them end with this process.
    """
    variables = [
        "env",
        f"BOUND={' '.join(_bound())}",
        f"DEVICES={' '.join(_DEVICES)}",
        "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
    ]
    namespaces = [requires_program("unshare"), "--mount", "--pid", "--fork", "--kill-child"]
    return [*mortal(), *namespaces, *variables, "/bin/sh", "-c", _ENTER, "sh", str(root), mode, str(hosts)]


def confined(user: str) -> list[str]:
    """Goes, within a root, before a command that shall be `UID:GID` and have no privilege whatever.

    It ends with what `entering` put before it.
    """
    uid, _, gid = user.partition(":")
    nothing = ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"]
    return ["/usr/bin/setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *nothing, *UNTIL_PARENT_ENDS]


def seeing(variables: Mapping[str, str], directory: str = "/") -> list[str]:
    """Goes, within a root, before a command that shall see these variables and no others."""
    return ["/usr/bin/env", "-i", f"--chdir={directory}", *(f"{name}={value}" for name, value in variables.items())]


def requires_confinement(directory: Path) -> None:
    """End the test where the kernel does not let us; `directory` is for trying."""
    if os.geteuid() != 0:
        lacks("needs root: it mounts, and becomes another user")
    tried = [*entering(new_root(directory / "probe"), "ro"), *confined("65532:65532"), "/bin/true"]
    done = subprocess.run(tried, capture_output=True, text=True)
    if done.returncode != 0:
        lacks(f"needs namespaces: {done.stderr.strip()}")
