"""The real formats and the programs they are for: ONNX Runtime, OpenVINO, TorchScript and Ultralytics."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from format_site import FormatSite

pytestmark = [pytest.mark.training, pytest.mark.timeout(900)]

ONNX, ONNX_WHOLE, OPENVINO, PT = ("onnx", "fp32", "raw"), ("onnx", "fp32", "nms", True), ("openvino", "fp32"), ("pt",)
BOX_PX, CONFIDENCE = 0.1, 0.001  # what is allowed of 32 bits; pixels of the network, which are smaller than the image's
THRESHOLD = 0.05

Row = Sequence[float]
"""Category, confidence, left, top, right, bottom."""


@pytest.fixture(scope="module", params=["yolo-detect", "yolo-segment"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FormatSite]:
    site = FormatSite(tmp_path_factory.mktemp(request.param), request.param)
    yield site
    site.close()


@pytest.mark.parametrize("choice", [ONNX, ONNX_WHOLE, OPENVINO, ("torchscript", "fp32", "nms"), PT])
def test_every_format_gives_the_objects_of_the_published_weights(made: FormatSite, choice: tuple[Any, ...]) -> None:
    content = made.export(*choice).content
    assert content["is_good"] and content["images"] == "val" and content["comparison"]["n_images"] == 4
    assert content["comparison"]["n_objects"] >= 8, "there is a disc and a bar on each image"
    assert (content["comparison"]["overlap"] is not None) is (made.worker == "yolo-segment")


def test_eight_bits_say_how_much_they_lose(made: FormatSite) -> None:
    content = made.export("openvino", "int8").content
    loss = content["loss"]
    assert (loss["split"], loss["n_images"]) == ("val", 4)
    assert loss["before"] > 0.1, "it has learned something"
    assert loss["value"] == pytest.approx(loss["before"] - loss["after"])
    assert loss["value"] <= content["loss_tolerance"] == 0.05
    sizes = [
        sum(file.stat().st_size for file in made.export(*choice).folder.rglob("*.bin"))
        for choice in (("openvino", "int8"), OPENVINO)
    ]
    assert sizes[0] < 0.5 * sizes[1]


@pytest.mark.parametrize("choice", [ONNX, PT])
def test_the_same_version_is_exported_as_the_same_bytes(made: FormatSite, choice: tuple[Any, ...]) -> None:
    first, second = (made.export(*choice, time=time).folder / "SHA256SUMS" for time in (1, 2))
    assert first.read_text() == second.read_text()


@pytest.mark.parametrize("choice", [ONNX, ONNX_WHOLE, OPENVINO, ("torchscript", "fp32", "nms"), PT])
def test_the_example_runs_in_its_package_and_knows_nothing_of_calque(made: FormatSite, choice: tuple[Any, ...]) -> None:
    folder = made.export(*choice).folder
    text = (folder / "example.py").read_text()
    assert len(text.splitlines()) <= 16 and "calque" not in text.lower()
    made.run_outside([sys.executable, "-W", "ignore", "example.py"], folder)
    printed = made.run_outside([sys.executable, "-W", "ignore", "example.py", made.picture], folder)
    found = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    classes, threshold = json.loads((folder / "classes.json").read_text()), threshold_in(folder)
    rows = [(classes.index(item["class"]), item["confidence"], *item["box"]) for item in found]
    assert rows and all(row[1] > threshold - CONFIDENCE for row in rows)
    if choice != ONNX_WHOLE:  # padded to a square it finds other boxes
        expected = [row for row in stranger_rows(made) if row[1] > threshold + 0.02]
        # Its own resizing rounds otherwise than OpenCV's.
        assert n_alike(expected, rows, box=1.0, confidence=0.03) == len(expected)
    if made.worker == "yolo-segment" and choice != PT:
        assert all(item["mask_pixels"] > 0 for item in found)


# As a stranger would write it: OpenCV, NumPy, ONNX Runtime.
ONNX_SCRIPT = """
import json, sys
import cv2, numpy, onnxruntime
picture = cv2.imread(sys.argv[1])
height, width = picture.shape[:2]
gain = 96 / max(height, width)
inner = cv2.resize(picture, (round(width * gain), round(height * gain)), interpolation=cv2.INTER_LINEAR)
down, right = -inner.shape[0] % 32, -inner.shape[1] % 32
top, left = round(down / 2 - 0.1), round(right / 2 - 0.1)
padded = cv2.copyMakeBorder(inner, top, down - top, left, right - left, cv2.BORDER_CONSTANT, value=(114,) * 3)
batch = padded[None, :, :, ::-1].transpose(0, 3, 1, 2).astype(numpy.float32) / 255
session = onnxruntime.InferenceSession("model.onnx")
rows = session.run(None, {session.get_inputs()[0].name: batch})[0][0].T
answer = []
for category in range(2):
    scores = rows[:, 4 + category]
    own = rows[(scores > float(sys.argv[2])) & (rows[:, 4:6].argmax(1) == category)]
    xywh = own[:, :4].copy()
    xywh[:, :2] -= xywh[:, 2:] / 2
    for index in cv2.dnn.NMSBoxes(xywh.tolist(), own[:, 4 + category].tolist(), float(sys.argv[2]), 0.7):
        x, y, w, h = xywh[index]
        box = numpy.array([x - left, y - top, x + w - left, y + h - top]) / gain
        answer.append([category, float(own[index, 4 + category]), *box.clip(0, [width, height] * 2).tolist()])
print("ANSWER", json.dumps(answer))
assert not any(name.split(".")[0] in ("core", "app", "torch") for name in sys.modules)
"""


def test_onnxruntime_and_yolo_predict_find_the_same_without_calque(made: FormatSite) -> None:
    rows = stranger_rows(made)
    assert len(rows) >= 2
    target = made.outside / "yolo"
    command = [
        Path(sys.executable).with_name("yolo"), "predict", "model=model.pt", f"source={made.picture}",
        f"conf={THRESHOLD}", "device=cpu", "save=False", "save_txt=True", "save_conf=True", f"project={target}",
        "name=run",
    ]  # fmt: skip
    made.run_outside(command, made.export(*PT).folder)
    told = (target / "run" / "labels" / f"{made.picture.stem}.txt").read_text().splitlines()
    theirs = [[float(number) for number in line.split()] for line in told]
    assert len(theirs) == len(rows)
    if made.worker == "yolo-detect":
        boxes = [(line[0], line[5], *in_pixels(line[1:5])) for line in theirs]
        assert n_alike(rows, boxes, box=BOX_PX, confidence=CONFIDENCE) == len(rows)
    else:  # outlines of masks: their classes and confidences
        ours, told_of = sorted(row[:2] for row in rows), sorted((line[0], line[-1]) for line in theirs)
        pairs = zip(told_of, ours, strict=True)
        assert all(a[0] == b[0] and abs(a[1] - b[1]) <= CONFIDENCE for a, b in pairs)


def stranger_rows(made: FormatSite) -> list[Row]:
    """What a script that knows nothing of Calque finds with the exported ONNX file."""
    script = made.outside / "stranger.py"
    script.write_text(ONNX_SCRIPT)
    printed = made.run_outside([sys.executable, script, made.picture, str(THRESHOLD)], made.export(*ONNX).folder)
    rows: list[Row] = json.loads(printed.rpartition("ANSWER ")[2])
    return rows


def threshold_in(folder: Path) -> float:
    return float(json.loads((folder / "package.json").read_text())["threshold"]["value"])


def in_pixels(numbers: Sequence[float], width: int = 64, height: int = 48) -> list[float]:
    """Of YOLO's centre and size."""
    x, y, w, h = numbers[0] * width, numbers[1] * height, numbers[2] * width, numbers[3] * height
    return [x - w / 2, y - h / 2, x + w / 2, y + h / 2]


def n_alike(expected: Sequence[Row], found: Sequence[Row], *, box: float, confidence: float) -> int:
    """How many of the expected objects have one of the found, each of these once."""
    left, n = list(found), 0
    for want in expected:
        near = [
            have
            for have in left
            if have[0] == want[0]
            and abs(have[1] - want[1]) <= confidence
            and max(abs(a - b) for a, b in zip(have[2:], want[2:], strict=True)) <= box
        ]
        if near:
            left.remove(near[0])
            n += 1
    return n
