import pytest

from voicetap import __version__
from voicetap.signals.otel.resource import resource

VARIABLES = ("OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


def test_it_is_voicetap_of_this_version() -> None:
    attributes = resource().attributes
    assert (attributes["service.name"], attributes["service.version"]) == ("voicetap", __version__)


def test_it_is_the_same_instance_each_time() -> None:
    assert resource().attributes["service.instance.id"]
    assert resource() == resource()


def test_the_environment_names_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "OTEL_RESOURCE_ATTRIBUTES", "service.name=voice,service.version=7,service.instance.id=pod-1,a=b%2C"
    )
    attributes = resource().attributes
    named = ("service.name", "service.version", "service.instance.id", "a")
    assert [attributes[name] for name in named] == ["voice", "7", "pod-1", "b,"]

    monkeypatch.setenv("OTEL_SERVICE_NAME", "agents")
    assert resource().attributes["service.name"] == "agents"


def test_an_empty_name_is_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "")
    assert resource().attributes["service.name"] == "voicetap"
