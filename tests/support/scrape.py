"""What a voicetap process says of itself on /metrics."""

import asyncio
from collections.abc import Callable

import aiohttp
from prometheus_client.parser import text_string_to_metric_families


class Samples:
    """One scrape."""

    def __init__(self, exposition: str) -> None:
        self.exposition = exposition
        self._samples = [
            (sample.name, sample.labels, sample.value)
            for family in text_string_to_metric_families(exposition)
            for sample in family.samples
        ]

    def total(self, name: str, **labels: str) -> float:
        """Sum of the samples of `name` that carry `labels` (`from_` is the label `from`); 0 where there is none."""
        wanted = {key.rstrip("_"): value for key, value in labels.items()}.items()
        return sum(value for found, carried, value in self._samples if found == name and wanted <= carried.items())

    def by(self, label: str, name: str, **labels: str) -> dict[str, int]:
        """The samples of `name` that carry `labels`, summed for each value of `label`; zeros left out."""
        wanted = {key.rstrip("_"): value for key, value in labels.items()}.items()
        sums: dict[str, int] = {}
        for found, carried, value in self._samples:
            if found == name and wanted <= carried.items() and value:
                sums[carried[label]] = sums.get(carried[label], 0) + int(value)
        return sums


async def scrape(admin: str) -> Samples:
    """/metrics of the process whose admin port is `admin`."""
    async with aiohttp.ClientSession() as http, http.get(f"http://{admin}/metrics") as response:
        assert response.status == 200, response.status
        return Samples(await response.text())


async def scrape_until(admin: str, condition: Callable[[Samples], bool], seconds: float = 5.0) -> Samples:
    """The first scrape that meets `condition`, else the last one: the tap comes after the traffic, so it may lag."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not condition(samples := await scrape(admin)) and loop.time() < deadline:
        await asyncio.sleep(0.02)
    return samples
