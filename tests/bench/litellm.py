"""LiteLLM's realtime route: an environment of its own, into which pip installs it, and how its proxy is started.

    python -m bench.litellm

installs it, with whatever configuration pip has; it takes 750 MB.
"""

import subprocess
import sys
from pathlib import Path

from bench.place import Command, Place

_ROOM = Path(__file__).parents[2] / ".cache" / "bench" / "litellm"
_PROGRAM = _ROOM / "bin" / "litellm"


def litellm(place: Place) -> Command:
    """One worker, no database: the route to one upstream, and the key without which it does not start."""
    configuration = place.directory / "litellm.yaml"
    configuration.write_text(f"""
model_list:
  - model_name: gpt-realtime
    litellm_params:
      model: openai/gpt-realtime
      api_base: {place.origin}
      api_key: not-a-key
    model_info:
      mode: realtime
general_settings:
  master_key: {place.key}
""")
    return [
        *(str(_PROGRAM), "--config", str(configuration)),
        *("--host", "127.0.0.1", "--port", str(place.listen), "--num_workers", "1"),
    ]


def litellm_environment(place: Place) -> dict[str, str]:
    """Its own packages and not those of the bench; nothing is asked of other hosts."""
    trusted = {"SSL_CERT_FILE": str(place.authority)} if place.authority else {}
    return {
        "PYTHONPATH": "",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_LOG": "ERROR",
        "NO_PROXY": "127.0.0.1",
        **trusted,
    }


def litellm_missing() -> str | None:
    """Why it cannot be run."""
    return None if _PROGRAM.exists() else "it is not installed; python -m bench.litellm (make litellm) does that"


def litellm_version() -> str:
    """As pip knows it."""
    [found] = _ROOM.glob("lib/python*/site-packages/litellm-*.dist-info")
    return f"LiteLLM {found.name.removeprefix('litellm-').removesuffix('.dist-info')}"


def install() -> None:
    """Make the environment."""
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(_ROOM)], check=True)
    pip = [str(_ROOM / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "litellm[proxy]"], check=True)


if __name__ == "__main__":
    install()
