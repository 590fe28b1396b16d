"""Doc-UFCN beside YOLO's nano segmenter, from scratch and from a starter, on text lines of scanned pages.

Pixel IoU, object AP and CPU seconds.

    python packaging/compare_page_segmenters.py PAGES [--seed N] [--only NAME] [--set NAME=VALUE ...]

PAGES is a folder of three volumes with ALTO beside the images, such as Gallicorpora/HTR-imprime-18e-siecle. Of the
first two volumes every fifth page validates, the others train; the third volume is the test. Each training runs in a
process of its own, whose CPU seconds are counted. Prints a row of Markdown for each.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource
from core.domain.snapshots import SnapshotObject, Split
from core.domain.training import StartKind
from core.formats.base import PictureSize, gather
from core.formats.catalog import FormatCatalog
from core.metrics.coco import EvalImage
from core.models.starters import StarterCatalog
from core.models.weights_store import WEIGHTS_FILE, load_model_json
from core.tasks.segmentation import SEGMENTATION
from core.workers.api import PredictRequest, Start, TrainRequest, TreeImage
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import parse_text, resolve
from core.workers.environment import prepare_environment
from core.workers.testing import RecordingReporter

METHODS = {
    "Doc-UFCN": ("doc-ufcn", "Fast on small data", ""),
    "YOLO11 nano segmenter": ("yolo-segment", "Fast on small data", ""),
    "YOLO11 nano segmenter from a starter": ("yolo-segment", "From a starter", "pages-segment"),
}
"""Worker, configuration and starter; "" = from scratch."""
CLASS = "text_line"


def main() -> None:
    asked = _asked()
    if asked.child:
        _train(asked)
        return
    print("| method | pixel IoU | pixel F1 | mask mAP50 | mask mAP50-95 | CPU s | wall s |", flush=True)
    print("|---|---|---|---|---|---|---|", flush=True)
    for name in [asked.only] if asked.only else METHODS:
        worker = WorkerCatalog().get(METHODS[name][0])
        with tempfile.TemporaryDirectory() as folder:
            environment = prepare_environment(worker, Path(folder) / "config")
            given = [sys.executable, __file__, *sys.argv[1:], "--only", name, "--child", folder]
            done = subprocess.run(given, env=environment, check=False, capture_output=True, text=True)
            if done.returncode:
                sys.exit(done.stderr)
            print(done.stderr, file=sys.stderr, flush=True)
            print("\n".join(line for line in done.stdout.splitlines() if line.startswith("| ")), flush=True)


def _train(asked: argparse.Namespace) -> None:
    slug, preset, starter = METHODS[asked.only]
    catalog, folder = WorkerCatalog(), Path(asked.child)
    description = catalog.get(slug)
    values = dict(description.presets[preset])
    for item in asked.set:
        name, _, value = item.partition("=")
        values[name] = parse_text(description.configuration, name, value)
    images = _images(Path(asked.pages), folder / "tree")
    request = TrainRequest(
        SEGMENTATION.slug,
        (CLASS,),
        resolve(description.configuration, values),
        tuple(image for image in images if image.split is not Split.TEST),
        "cpu",
        asked.seed,
        *(_made(folder / name) for name in ("work", "artifacts", "checkpoints")),
        _start(starter),
    )
    worker, reporter = catalog.load(description), RecordingReporter()
    cpu, wall = time.process_time(), time.monotonic()
    trained = worker.train(request, reporter)
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    test = [image for image in images if image.split is Split.TEST]
    found = worker.predict(PredictRequest(trained.weights, trained.model, test, "cpu", folder), RecordingReporter())
    measured = (EvalImage(item.image.width, item.image.height, item.image.objects, item.objects) for item in found)
    scored: Any = SEGMENTATION.score(1, measured, max_detections=300)
    if asked.curves:
        points = [point for point in reporter.points if point[0] != "batch"]
        print(json.dumps([trained.reason, points], default=str), file=sys.stderr)
    cells = [scored.pixels.iou(), scored.pixels.f1(), scored.masks.mean_ap_at(0), scored.masks.mean_ap()]
    row = [asked.only, *(f"{value or 0:.3f}" for value in cells), f"{cpu:.0f}", f"{wall:.0f}"]
    print(f"| {' | '.join(row)} |")


def _start(starter: str) -> Start:
    if not starter:
        return Start(StartKind.SCRATCH)
    folder = StarterCatalog().get(starter).folder
    return Start(StartKind.STARTER, folder / WEIGHTS_FILE, load_model_json(folder))


def _images(pages: Path, folder: Path) -> list[TreeImage]:
    """Of the line polygons; upright copies, as a run has them."""
    read = gather(FormatCatalog().detect(pages).read(ImportSource(pages), size_of=_upright_size))
    volumes = sorted({image.path.split("/")[0] for image in read.images})
    made = []
    for number, image in enumerate(sorted(read.images, key=lambda image: image.path)):
        is_test = image.path.startswith(volumes[-1])
        split = Split.TEST if is_test else Split.VAL if number % 5 == 4 else Split.TRAIN
        target = _made(folder) / f"{number:064x}.jpg"
        with Image.open(pages / image.path) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGB")
        upright.save(target, quality=95)
        width, height = upright.size
        shapes = (item.geometry for item in image.annotations if item.category == CLASS and item.geometry is not None)
        objects = tuple(SnapshotObject(0, shape) for given in shapes if (shape := _usable(given, width, height)))
        made.append(TreeImage(target, image.path, width, height, split, objects))
    return made


def _upright_size(path: Path) -> PictureSize:
    with Image.open(path) as opened:
        return PictureSize(*ImageOps.exif_transpose(opened).size)


def _usable(geometry: Box | Polygon, width: int, height: int) -> Box | Polygon | None:
    return SEGMENTATION.usable_shape(geometry, width, height)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=[*METHODS], default="")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="of the configuration")
    parser.add_argument("--curves", action="store_true", help="print the curves as JSON to the error output")
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
