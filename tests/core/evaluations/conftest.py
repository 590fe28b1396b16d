"""A home in which versions were trained; studies of what they predicted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "training")]

from evaluation_site import EvaluationSite


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[EvaluationSite]:
    """One that a test may change."""
    site = EvaluationSite(tmp_path)
    yield site
    site.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvaluationSite]:
    site = EvaluationSite(tmp_path_factory.mktemp("evaluations"), with_slow=True)
    yield site
    site.close()
