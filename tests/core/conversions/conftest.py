"""A home in which versions were trained: one that is exported at once, one that takes its time, one that drifts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "training")]

from conversion_site import ConversionSite


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConversionSite]:
    site = ConversionSite(tmp_path_factory.mktemp("conversions"))
    yield site
    site.close()
