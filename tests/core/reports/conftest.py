"""The home of the evaluations' tests: a version that was really trained."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parents[1] / name) for name in ("evaluations", "training")]

from evaluation_site import EvaluationSite


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvaluationSite]:
    site = EvaluationSite(tmp_path_factory.mktemp("reports"))
    yield site
    site.close()
