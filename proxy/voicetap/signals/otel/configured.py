"""The sampler that the OTEL_* variables ask for.

OpenTelemetry specification, "Environment Variable Specification". The SDK would read them too, but warns of what is
empty, and does not name the variable that it cannot use.
"""

import logging
from collections.abc import Mapping

from opentelemetry.sdk.trace import sampling
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio, Sampler, TraceIdRatioBased

log = logging.getLogger(__name__)

VARIABLE = "OTEL_TRACES_SAMPLER"
ARGUMENT = "OTEL_TRACES_SAMPLER_ARG"

_DEFAULT = "parentbased_always_on"
_SIMPLE = {
    "always_on": sampling.ALWAYS_ON,
    "always_off": sampling.ALWAYS_OFF,
    _DEFAULT: sampling.DEFAULT_ON,
    "parentbased_always_off": sampling.DEFAULT_OFF,
}
_BY_RATIO = {"traceidratio": TraceIdRatioBased, "parentbased_traceidratio": ParentBasedTraceIdRatio}


def configured_sampler(environ: Mapping[str, str]) -> Sampler:
    """With a warning, which does not quote it, for what cannot be used: it is as if unset."""
    name = environ.get(VARIABLE, "").strip().lower()
    if name in _BY_RATIO:
        return _BY_RATIO[name](_ratio(environ.get(ARGUMENT, "").strip()))
    if name and name not in _SIMPLE:
        log.warning("%s is none of %s; as if unset", VARIABLE, ", ".join([*_SIMPLE, *_BY_RATIO]))
    return _SIMPLE.get(name, sampling.DEFAULT_ON)


def _ratio(value: str) -> float:
    try:
        ratio = float(value or 1.0)
    except ValueError:
        ratio = -1.0
    if 0.0 <= ratio <= 1.0:  # which "nan" is not
        return ratio
    log.warning("%s is no number from 0 to 1; as if unset", ARGUMENT)
    return 1.0
