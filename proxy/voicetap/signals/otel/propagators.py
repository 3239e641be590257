"""OTEL_PROPAGATORS without what is not installed, or empty, of which the OpenTelemetry API would fail at its import."""

import logging
from collections.abc import MutableMapping
from importlib.metadata import entry_points

log = logging.getLogger(__name__)

VARIABLE = "OTEL_PROPAGATORS"
GROUP = "opentelemetry_propagator"
"""Of the entry points by which propagators are found."""


def discard_unknown(environ: MutableMapping[str, str]) -> None:
    """Take out what cannot be loaded, with one warning; where nothing is left, the default holds.

    `environ` is os.environ; to be called before `opentelemetry.propagate` is imported.
    """
    asked = [name for part in environ.get(VARIABLE, "").split(",") if (name := part.strip())]
    known = {"none", *(entry.name for entry in entry_points(group=GROUP))}
    understood = [name for name in asked if name in known or name.lower() == "none"]
    if len(understood) < len(asked):
        log.warning("%s: only %s are installed; the rest is as if unset", VARIABLE, ", ".join(sorted(known)))
    if understood:
        environ[VARIABLE] = ",".join(understood)
    else:
        environ.pop(VARIABLE, None)
