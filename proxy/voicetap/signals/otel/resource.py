"""Whose telemetry it is: the resource of spans and of metrics, one for the process."""

from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource

from ... import __version__


def resource() -> Resource:
    """Service `voicetap` of this version, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES say otherwise.

    The SDK adds `service.instance.id`, the same in each resource of the process: without it, several processes that
    push to one collector would write into the same series.
    """
    named = OTELResourceDetector().detect().attributes
    return Resource.create({SERVICE_NAME: "voicetap", SERVICE_VERSION: __version__, **named})
