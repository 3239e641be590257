"""Starts a container's command as the kubelet would, in a network of its own, and tells what happened to its end.

    unshare --net --map-root-user python -m deploy.kubelet < pod.json > report.json

`pod.json` is {"command": [...], "environment": {...}, "upstream": PORT, "realtime": PORT, "probes": PROBES}; PROBES is
{KIND: {"path": PATH, "port": PORT}}. In a network of its own every port is free, so that the command runs as it is
written. The report is one JSON object; what the command logs goes to standard error.
"""

import asyncio
import fcntl
import json
import signal
import socket
import struct
import subprocess
import sys
import time
from typing import Any

import aiohttp

from support.mortal import mortal
from voicetap.config import Address
from voicetap.simulator import SCENARIOS, serving

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
"""netdevice(7)."""
POD_IP = "127.0.0.9"
"""All of 127.0.0.0/8 is here; what listens on 127.0.0.1 alone is not reached by it, as from outside the pod."""
START_SECONDS, END_SECONDS = 30.0, 10.0


def bring_up_loopback() -> None:
    """A new network has only it, and it is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


async def main(pod: dict[str, Any]) -> dict[str, Any]:
    """The life of one container."""
    async with serving(Address("127.0.0.1", pod["upstream"]), SCENARIOS["default"]), aiohttp.ClientSession() as http:
        process = subprocess.Popen(
            [*mortal(), *pod["command"]], env=pod["environment"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        try:
            return await _life(process, Container(http, pod["probes"], pod["realtime"]))
        finally:
            process.kill()
            process.wait()


class Container:
    """What is asked of one from outside and from beside it."""

    def __init__(self, http: aiohttp.ClientSession, probes: dict[str, dict[str, Any]], realtime: int) -> None:
        self._http = http
        self._probes = probes
        self._realtime = realtime

    async def probe(self, kind: str) -> int | None:
        """The status of the answer; None without one."""
        to = self._probes[kind]
        try:
            async with self._http.get(f"http://{POD_IP}:{to['port']}{to['path']}") as answer:
                return answer.status
        except aiohttp.ClientConnectionError:
            return None

    async def reached_from_outside(self) -> bool:
        """Whether calls get in by the pod's address."""
        try:
            _, writer = await asyncio.open_connection(POD_IP, self._realtime)
        except ConnectionRefusedError:
            return False
        writer.close()
        return True

    async def call(self) -> aiohttp.ClientWebSocketResponse:
        """A session that has begun."""
        url = f"ws://127.0.0.1:{self._realtime}/v1/realtime?model=gpt-realtime"
        session = await self._http.ws_connect(url, headers={"Authorization": "Bearer none"})
        assert (await session.receive_json())["type"] == "session.created"
        return session


async def answers(session: aiohttp.ClientWebSocketResponse) -> bool:
    """Whether the session goes on."""
    await session.send_json({"type": "session.update", "session": {"type": "realtime"}})
    return bool((await session.receive_json())["type"] == "session.updated")


async def _life(process: "subprocess.Popen[bytes]", container: Container) -> dict[str, Any]:
    begun = time.monotonic()
    while await container.probe("startup") != 200 and time.monotonic() < begun + START_SECONDS:
        await asyncio.sleep(0.1)
    report: dict[str, Any] = {
        "started": [await container.probe(kind) for kind in ("startup", "readiness", "liveness")],
        "reached_from_outside": await container.reached_from_outside(),
    }
    before = await container.call()
    process.send_signal(signal.SIGTERM)
    while await container.probe("readiness") == 200:
        await asyncio.sleep(0.01)
    report["draining"] = [await container.probe(kind) for kind in ("readiness", "liveness")]
    during = await container.call()
    report["calls_go_on"] = [await answers(before), await answers(during)]
    await before.close()
    report["goes_on_for_the_last_call"] = await answers(during) and process.poll() is None
    last = time.monotonic()
    await during.close()
    report["status"] = await asyncio.to_thread(process.wait, END_SECONDS)
    report["seconds_after_the_last_call"] = time.monotonic() - last
    return report


if __name__ == "__main__":
    bring_up_loopback()
    json.dump(asyncio.run(main(json.load(sys.stdin))), sys.stdout)
