"""The page port begins and ends, and its end waits for nobody."""

import asyncio
import socket

import aiohttp
import pytest

from support.paged import Call, get, listening, streaming, told
from support.waiting import within
from voicetap.signals.live import LiveView
from voicetap.web.page import Page


async def test_a_port_of_its_own_choice() -> None:
    async with listening(LiveView()) as page:
        assert page.port > 0
        assert (await get(page, "/api/sessions")).status == 200


async def test_on_an_address_of_ipv6() -> None:
    async with (
        listening(LiveView(), "::1") as page,
        aiohttp.ClientSession() as http,
        http.get(f"http://[::1]:{page.port}/api/sessions") as answer,
    ):
        assert answer.status == 200


async def test_a_taken_port_is_an_error_of_the_system() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        page = Page(LiveView())
        with pytest.raises(OSError, match="in use"):
            await page.start("127.0.0.1", taken.getsockname()[1])
        await within(page.stop())


async def test_what_never_began_can_be_ended() -> None:
    await within(Page(LiveView()).stop())


async def test_each_run_has_an_epoch_of_its_own() -> None:
    epochs = set()
    for _ in range(2):
        async with listening(LiveView()) as page:
            epochs.add((await get(page, "/api/sessions")).json["epoch"])
    assert len(epochs) == 2


async def test_a_stream_goes_on_from_the_answer_of_another_question() -> None:
    view = LiveView()
    call = told(view, 1)
    async with listening(view) as page:
        have = (await get(page, f"/api/sessions/{call.id}")).json
        other = told(view, 2)
        async with streaming(page, f"?session={call.id}&since={have['epoch']}.{have['revision']}") as stream:
            message = await stream.next()
    assert message is not None
    assert (message.name, [summary["id"] for summary in message.data["sessions"]]) == ("sessions", [other.id])


async def test_the_end_waits_for_no_reader() -> None:
    view = LiveView()
    call = Call(view)
    page = Page(view)
    await page.start("127.0.0.1", 0)
    port = page.port
    async with aiohttp.ClientSession() as http:
        address = f"http://127.0.0.1:{page.port}/api/stream?session={call.id}"
        answers = [await http.get(address) for _ in range(20)]
        idle = await http.get(f"http://127.0.0.1:{page.port}/")
        await within(page.stop(), 2.0)
        for answer in [*answers, idle]:
            await within(answer.read())
    with pytest.raises(OSError, match="refused"):
        await asyncio.open_connection("127.0.0.1", port)
