"""The JavaScript clients: openai-node, which insists on TLS, and @openai/agents-realtime, which does not."""

from pathlib import Path

import pytest
import trustme

from support.caller import call
from support.environments import node_with
from support.processes import Process, serve
from support.requires import requires_program
from support.turn import Turn, assert_counted

HERE = Path(__file__).parent / "node"

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def node() -> str:
    return requires_program("node")


@pytest.fixture(scope="module")
def room(node: str) -> Path:
    return node_with(HERE / "package.json")


async def test_openai_node_over_tls(node: str, room: Path, server: Process, speech: Path, tmp_path: Path) -> None:
    authority, key, chain = tmp_path / "authority.pem", tmp_path / "key.pem", tmp_path / "chain.pem"
    ca = trustme.CA()
    certificate = ca.issue_cert("127.0.0.1")
    ca.cert_pem.write_to_path(str(authority))
    certificate.private_key_pem.write_to_path(str(key))
    chain.write_bytes(b"".join(pem.bytes() for pem in certificate.cert_chain_pems))

    with serve(f"http://{server.listen}", "--tls-cert", str(chain), "--tls-key", str(key)) as proxy:
        heard = await call(
            node,
            "openai_node.mjs",
            f"https://{proxy.listen}/v1",
            speech,
            directory=room,
            env={"NODE_EXTRA_CA_CERTS": str(authority)},
        )

        assert heard["errors"] == []
        assert heard["secret"].startswith("ek_")
        turn = Turn(heard["received"])
        assert (turn.transcribed, turn.truncated) == (1, True)
        samples = await assert_counted(proxy, turn)
        assert samples.total("voicetap_http_requests_total") == 1
        assert samples.total("voicetap_close_codes_total", closed_by="client", code="1000") == 1


async def test_agents_realtime_interrupting(node: str, room: Path, proxy: Process, speech: Path) -> None:
    url = f"ws://{proxy.listen}/v1/realtime?model=gpt-realtime"
    heard = await call(node, "agents_realtime.mjs", url, speech, directory=room)

    assert heard["errors"] == []
    turn = Turn(heard["received"])
    assert (turn.transcribed, turn.truncated) == (2, True)
    await assert_counted(proxy, turn)
