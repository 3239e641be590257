"""The command line: reads the options of a subcommand, and says in one line what is wrong with them."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

from pydantic import ValidationError
from pydantic_settings import CliApp, CliSettingsSource, SettingsError

from . import __version__
from .config import Call, Demo, Replay, Serve, Settings, Simulate

AnySettings = TypeVar("AnySettings", bound=Settings)

BAD_CONFIGURATION = 2
"""Exit status when an option, a variable or the file must be changed first."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; return its exit status."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    commands = {"serve": _serve, "demo": _demo, "replay": _replay, "simulate": _simulate, "call": _call}
    described = (("serve", Serve), ("demo", Demo), ("replay", Replay), ("simulate", Simulate), ("call", Call))
    parser = argparse.ArgumentParser(
        prog="voicetap",
        description="A transparent WebSocket proxy that shows what happens inside speech-to-speech calls.",
        epilog="Every option is also an environment variable, VOICETAP_… .",
    )
    parser.add_argument("--version", action="version", version=f"voicetap {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, settings in described:
        subparsers.add_parser(name, help=(settings.__doc__ or "").splitlines()[0], add_help=False)
    if not arguments:
        parser.print_help()
        return BAD_CONFIGURATION
    if arguments[0] not in commands:
        parser.parse_args(arguments[:1])  # --help, --version, or the error that names the commands
        raise AssertionError
    return commands[arguments[0]](arguments[1:])


def _serve(arguments: Sequence[str]) -> int:
    settings = _read(Serve, "serve", arguments)
    from .app import run  # the other subcommands need none of it

    return run(settings)


def _demo(arguments: Sequence[str]) -> int:
    settings = _read(Demo, "demo", arguments)
    from .demo import run

    return run(settings)


def _replay(arguments: Sequence[str]) -> int:
    files: list[str] = []
    settings = _read(Replay, "replay", arguments, files)
    if settings.open:
        from .replay_page import run
    else:
        from .replay import run

    return run(settings, files)


def _simulate(arguments: Sequence[str]) -> int:
    settings = _read(Simulate, "simulate", arguments)
    from .simulator import run

    return run(settings)


def _call(arguments: Sequence[str]) -> int:
    settings = _read(Call, "call", arguments)
    from .callers import run

    return run(settings)


_FILES = "files"


def _taking(files: list[str]) -> Callable[..., argparse.Namespace]:
    """Parse, and put the file names aside: as a setting, `a,b.jsonl` would be two of them, and `[1].jsonl` an error."""

    def parse(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
        found = parser.parse_intermixed_args(arguments)
        files[:] = vars(found).pop(_FILES)
        if not files:
            parser.error("name at least one recording: FILE…")
        return found

    return parse


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        found, unrecognized = message.partition(": ")[::2]
        if found == "unrecognized arguments":
            # Only the names: what was given to an option that does not exist may have been a key.
            names = [word.partition("=")[0] for word in unrecognized.split() if word.startswith("-")]
            message = f"there is no option {', '.join(names)}" if names else "options begin with --"
        self.exit(BAD_CONFIGURATION, f"{self.prog}: {message}\n")


def _read(
    settings: type[AnySettings], command: str, arguments: Sequence[str], files: list[str] | None = None
) -> AnySettings:
    """Read the options from all their sources, or leave with one line that names the option to change.

    A command that takes files gives a list to put their names into.
    """
    parser = _Parser(prog=f"voicetap {command}", description=settings.__doc__)
    source: CliSettingsSource[argparse.ArgumentParser]
    if files is None:
        source = CliSettingsSource(settings, root_parser=parser)
    else:
        parser.add_argument(_FILES, nargs="*", metavar="FILE")
        source = CliSettingsSource(settings, root_parser=parser, parse_args_method=_taking(files))
    try:
        return CliApp.run(settings, cli_args=list(arguments), cli_settings_source=source)
    except ValidationError as error:
        # Never error's own text: it quotes the values, and one of them may be a key.
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        option = "".join(f"--{part}: ".replace("_", "-") for part in first["loc"][:1])
        message = "is required" if first["type"] == "missing" else first["msg"].removeprefix("Value error, ")
        parser.error(option + message)
    except SettingsError as error:
        parser.error(str(error))
