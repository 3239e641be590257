"""Who answers behind the proxy, as attributes name it."""

from ...config import Origin
from . import semconv as s
from .attributes import Attributes

DEFAULT = "openai"
"""`gen_ai.provider.name` tells the flavour of the telemetry, which is that of the API that is spoken."""

_HOSTS = {
    ".openai.azure.com": "azure.ai.openai",
    ".cognitiveservices.azure.com": "azure.ai.openai",
    ".services.ai.azure.com": "azure.ai.openai",
    ".x.ai": "x_ai",
}
"""The well-known values of the conventions, by the end of the host's name."""

_OPENINFERENCE = {"azure.ai.openai": "azure", "x_ai": "xai"}
"""Where OpenInference names it otherwise (its specification, llm.provider)."""


def provider(upstream: Origin) -> str:
    """`gen_ai.provider.name` of a server."""
    return next((name for end, name in _HOSTS.items() if f".{upstream.host}".endswith(end)), DEFAULT)


def server_attributes(upstream: Origin) -> Attributes:
    """The server behind the proxy, as the conventions ask for where there is an intermediary."""
    return {s.SERVER_ADDRESS: upstream.host, s.SERVER_PORT: upstream.port}


def openinference_provider(provider: str) -> str:
    """The same as OpenInference's `llm.provider`: Phoenix looks for prices of that provider first."""
    return _OPENINFERENCE.get(provider, provider)
