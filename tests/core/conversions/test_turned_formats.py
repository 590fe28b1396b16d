"""A network for turned boxes in the formats of other programs: the same boxes, checked, and an example that runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from format_site import FormatSite

from core.domain.geometry import Polygon
from core.metrics.rotated import close_pairs, quads_of

pytestmark = [pytest.mark.training, pytest.mark.timeout(900)]

ONNX, OPENVINO, TORCHSCRIPT, PT = ("onnx", "fp32", "raw"), ("openvino", "fp32"), ("torchscript", "fp32", "raw"), ("pt",)
CHOICES = [ONNX, OPENVINO, TORCHSCRIPT, PT]
ROUNDING = 0.03  # of a confidence: the examples resize in their own way


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FormatSite]:
    site = FormatSite(tmp_path_factory.mktemp("turned"), "yolo-obb")
    yield site
    site.close()


@pytest.mark.parametrize("choice", CHOICES)
def test_every_format_gives_the_objects_of_the_published_weights(made: FormatSite, choice: tuple[Any, ...]) -> None:
    content = made.export(*choice).content
    assert content["is_good"] and content["comparison"]["n_images"] == 4
    assert content["comparison"]["n_objects"] >= 8, "there is a disc and a bar on each image"
    assert content["comparison"]["overlap"] > 0.97, "as they are turned"


def test_the_examples_find_the_same_corners_and_know_nothing_of_calque(made: FormatSite) -> None:
    found = corners_of(run_example(made, PT))
    assert len(found) >= 1
    for choice in (ONNX, OPENVINO, TORCHSCRIPT):
        pairs = close_pairs(corners_of(run_example(made, choice, ROUNDING)), found, [False] * len(found), minimum=0.85)
        assert set(pairs.truth.tolist()) == set(range(len(found))), f"{choice[0]}: its own resizing rounds otherwise"


def run_example(made: FormatSite, choice: tuple[Any, ...], lower: float = 0.0) -> list[Mapping[str, Any]]:
    """What it prints of a picture, with a threshold that is so much lower."""
    folder = made.export(*choice).folder
    assert "calque" not in (folder / "example.py").read_text().lower()
    package = json.loads((folder / "package.json").read_text())
    package["threshold"]["value"] -= lower
    (folder / "package.json").write_text(json.dumps(package))
    printed = made.run_outside([sys.executable, "-W", "ignore", "example.py", made.picture], folder)
    return [json.loads(line) for line in printed.splitlines() if line.startswith("{")]


def corners_of(found: Sequence[Mapping[str, Any]]) -> np.ndarray[Any, Any]:
    corners = [item["corners"] if "corners" in item else item["box"] for item in found]
    return quads_of([Polygon((tuple(np.ravel(four).tolist()),)) for four in corners], 0, 0)
