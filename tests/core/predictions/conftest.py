"""A home in which two versions were trained: one that predicts at once, one that takes its time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "training")]

from prediction_site import PredictionSite


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PredictionSite]:
    site = PredictionSite(tmp_path_factory.mktemp("predictions"))
    yield site
    site.close()
