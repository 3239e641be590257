"""The questions to Prometheus that a page of the documentation shows."""

import re
from pathlib import Path
from typing import NamedTuple


class Example(NamedTuple):
    """What is asked, and how."""

    question: str
    promql: str


def examples(page: Path) -> list[Example]:
    """Every block of PromQL on the page, with the paragraph before it."""
    found = re.findall(r"^([^\n]+)\n\n```promql\n(.*?)\n```$", page.read_text(), re.MULTILINE | re.DOTALL)
    return [Example(*each) for each in found]
