"""The image, built once for all tests that run it."""

import pytest

from support.image import Image, build
from support.requires import REPOSITORY


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """Takes as long as an installation with pip."""
    return build(REPOSITORY, tmp_path_factory.mktemp("image"))
