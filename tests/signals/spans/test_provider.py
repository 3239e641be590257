import pytest

from voicetap.config import parse_origin
from voicetap.signals.spans.provider import openinference_provider, server_attributes
from voicetap.signals.spans.provider import provider as provider_of


@pytest.mark.parametrize(
    ("upstream", "provider", "port"),
    [
        ("https://api.openai.com", "openai", 443),
        ("https://contoso.openai.azure.com", "azure.ai.openai", 443),
        ("wss://api.x.ai", "x_ai", 443),
        ("http://127.0.0.1:8090", "openai", 8090),
        ("https://notx.ai", "openai", 443),
    ],
)
def test_the_server_behind_the_proxy_is_named(upstream: str, provider: str, port: int) -> None:
    origin = parse_origin(upstream)
    assert provider_of(origin) == provider
    assert server_attributes(origin) == {"server.address": origin.host, "server.port": port}


@pytest.mark.parametrize(("provider", "name"), [("openai", "openai"), ("azure.ai.openai", "azure"), ("x_ai", "xai")])
def test_openinference_has_its_own_names(provider: str, name: str) -> None:
    assert openinference_provider(provider) == name
