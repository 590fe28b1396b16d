"""Trains the starters for pages and publishes them into `resources/starters`; docs/guide/starters.md is about them.

    python packaging/train_starters.py --work FOLDER [--pages 1500] [--epochs 14] [--seed 0]

Pages are drawn from seeds (`core.samples.pages`), so that nothing is fetched and the same command draws the same data.
First the detector is trained, then the segmenter grows out of it: it begins with the detector's weights, and what
stands before its head is kept. A training that was cut off goes on from its newest checkpoint when the same command is
given again. `--stop-after SECONDS` ends each of the two early with the best weights so far.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from core.domain.evaluation_json import table_to_json  # noqa: E402
from core.domain.geometry import Polygon  # noqa: E402
from core.domain.licences import LicenceLine  # noqa: E402
from core.domain.runs import RunStatus  # noqa: E402
from core.domain.snapshots import SnapshotObject, Split  # noqa: E402
from core.domain.starts import PAGES  # noqa: E402
from core.domain.training import SplitCount, StartKind  # noqa: E402
from core.evaluation.measuring import Measuring, measure  # noqa: E402
from core.models.card import make_card  # noqa: E402
from core.models.licences import network_line, to_json  # noqa: E402
from core.models.publish import publish  # noqa: E402
from core.models.starters import place_starter  # noqa: E402
from core.models.weights_store import MODEL_FORMAT  # noqa: E402
from core.samples.pages.drawing import CATEGORIES, draw_varied_page  # noqa: E402
from core.samples.sheet import DrawnObject  # noqa: E402
from core.tasks.catalog import TaskCatalog  # noqa: E402
from core.workers.api import ImagePredictions, PredictRequest, Start, TrainRequest, TrainResult, TreeImage  # noqa: E402
from core.workers.builtin.yolo.architectures import architecture_name  # noqa: E402
from core.workers.catalog import WorkerCatalog  # noqa: E402
from core.workers.configuration import resolve  # noqa: E402
from core.workers.environment import prepare_environment  # noqa: E402

SIZE = (448, 672)
"""Every page is brought to this size: batches of one shape can be shuffled and need no padding."""

VALIDATION_FROM = 1_000_000
"""Seeds of the pages that are measured on begin here; training never gets that far."""

TRAINING: Mapping[str, Any] = {
    "family": "11",
    "size": "n",
    "imgsz": 256,
    "multi_scale": 0.25,
    "batch": 8,
    "nbs": 8,
    "rect": True,
    "cache": False,
    "optimizer": "AdamW",
    "lr0": 0.002,
    "lrf": 0.02,
    "momentum": 0.9,
    "warmup_epochs": 0.5,
    "warmup_bias_lr": 0.0,
    "scale": 0.4,
    "translate": 0.08,
    "degrees": 0.0,
    "validate_every": 2,
    "train_images_measured": 0,
    "speed": "fastest",
    "patience": 0,
}

GROWING: Mapping[str, Any] = {
    **TRAINING,
    "lr0": 0.001,
    "freeze": 22,
    "overlap_mask": False,  # zones keep the area of the lines in them
}
"""The segmenter's, where it differs."""

TITLES = {"yolo-detect": "Pages: boxes", "yolo-segment": "Pages: outlines"}
TRAINED_ON = (
    "Drawn pages: print, hands and invented scripts in many layouts, on many papers, photographed and scanned in many "
    "ways. No picture of a real page, and no picture of anybody's, was used."
)

DETECTOR, SEGMENTER = "yolo-detect", "yolo-segment"


def main() -> None:
    arguments = _arguments()
    if os.environ.get("YOLO_OFFLINE") != "1":  # what the engine reads once, before Python starts
        description = WorkerCatalog().get("yolo-segment")
        environment = prepare_environment(description, arguments.work)
        sys.exit(subprocess.run([sys.executable, *sys.argv], env=environment, check=False).returncode)
    images = draw_all(arguments)
    values = {**TRAINING, "multi_scale": arguments.multi_scale, "lr0": arguments.lr}
    detector = train(DETECTOR, arguments, images, arguments.epochs, values, start_of(arguments.start))
    publish_starter(DETECTOR, "pages-detect", arguments, detector, images, rounds_before(arguments.start))
    if arguments.segmenter_epochs:
        grown = grow(detector, arguments.work / "grown")
        segmenter = train(SEGMENTER, arguments, images, arguments.segmenter_epochs, GROWING, grown)
        grown_from = f"the starter {TITLES[DETECTOR]}, with a new head for outlines"
        publish_starter(SEGMENTER, "pages-segment", arguments, segmenter, images, grown_from)


def start_of(folder: Path | None) -> Start:
    """The detector that an earlier command made in `folder`; None = random weights."""
    if folder is None:
        return Start(StartKind.SCRATCH)
    made = folder / DETECTOR
    weights = made / "training" / "weights.safetensors"
    return Start(StartKind.VERSION, weights, json.loads((made / "model.json").read_text()))


def rounds_before(folder: Path | None) -> str:
    """What the detector of `folder` was trained on, for the card; None = random weights."""
    if folder is None:
        return "scratch"
    model = json.loads((folder / DETECTOR / "model.json").read_text())
    n_pages = sum(int(path.stem) < VALIDATION_FROM for path in (folder / "pages").glob("*.jpg"))
    began = "random weights" if model.get("start", "scratch") == "scratch" else model["start"]
    return f"an earlier round: {n_pages} drawn pages, {model['configuration']['epochs']} epochs from {began}"


def draw_all(arguments: argparse.Namespace) -> tuple[TreeImage, ...]:
    """Pages that are there already are not drawn again."""
    folder: Path = arguments.work / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    first = arguments.seed * 100_000
    least = arguments.smallest_line
    jobs = [(folder, Split.TRAIN, first + number, least) for number in range(arguments.pages)]
    jobs += [(folder, Split.VAL, VALIDATION_FROM + number, least) for number in range(arguments.validation)]
    with ProcessPoolExecutor(max_workers=1) as pool:
        return tuple(pool.map(_draw_one, jobs, chunksize=20))


def _draw_one(job: tuple[Path, Split, int, float]) -> TreeImage:
    folder, split, seed, least = job
    path = folder / f"{seed:07d}.jpg"
    stated = path.with_suffix(".json")
    if not stated.is_file():
        picture, drawn = fit(*draw_varied_page(seed), seed, least)
        picture.save(path, "JPEG", quality=88)
        stated.write_text(json.dumps([(item.category, item.outline) for item in drawn]))
    objects = tuple(
        SnapshotObject(CATEGORIES.index(category), Polygon((tuple(value for point in outline for value in point),)))
        for category, outline in json.loads(stated.read_text())
    )
    return TreeImage(path.resolve(), path.name, *SIZE, split, objects)


def fit(
    picture: Image.Image, objects: Sequence[DrawnObject], seed: int, smallest_line: float
) -> tuple[Image.Image, tuple[DrawnObject, ...]]:
    """At `SIZE`: an upright page is stretched a little, of any other a part is taken.

    So of a page whose usual line would be lower than `smallest_line` pixels at the training's image size.
    """
    chance = np.random.default_rng([13, seed])
    wanted = SIZE[0] / SIZE[1]
    x, y, width, height = 0.0, 0.0, float(picture.width), float(picture.height)
    heights = [np.ptp(np.array(item.outline)[:, 1]) for item in objects if item.category == "text_line"]
    least = smallest_line * SIZE[1] / TRAINING["imgsz"]
    part = min(1.0, float(np.median(heights)) * SIZE[1] / height / least) if heights and least else 1.0
    if width / height > wanted * 1.22 or part < 1 or chance.random() < 0.12:
        width = min(width, height * wanted) * max(part, 0.4)
        height = width / wanted
        x, y = chance.uniform(0, picture.width - width), chance.uniform(0, picture.height - height)
    cut = picture.resize(SIZE, Image.Resampling.BILINEAR, (x, y, x + width, y + height), reducing_gap=2.0)
    scale = np.array([SIZE[0] / width, SIZE[1] / height])
    kept = []
    for item in objects:
        outline = (np.array(item.outline) - (x, y)) * scale
        inside = np.clip(outline, 0, SIZE)
        if np.ptp(inside, axis=0).min() >= 0.4 * np.ptp(outline, axis=0).min() and np.ptp(inside, axis=0).min() > 2:
            kept.append(DrawnObject(item.category, tuple((round(a, 1), round(b, 1)) for a, b in inside.tolist())))
    return cut, tuple(kept)


def train(
    worker: str,
    arguments: argparse.Namespace,
    images: tuple[TreeImage, ...],
    epochs: int,
    values: Mapping[str, Any],
    start: Start,
) -> TrainResult:
    """Trains, or takes what an earlier command ended with."""
    folder: Path = arguments.work / worker
    done = folder / "model.json"
    catalog = WorkerCatalog()
    description = catalog.get(worker)
    folders = [folder / name for name in ("training", "artifacts", "checkpoints")]
    for each in folders:
        each.mkdir(parents=True, exist_ok=True)
    if done.is_file():
        model = json.loads(done.read_text())
        return TrainResult(folders[0] / "weights.safetensors", model, RunStatus.SUCCESS, model["reason"], 0, None)
    checkpoints = sorted(folders[2].iterdir(), key=lambda path: path.stat().st_mtime)
    request = TrainRequest(
        task=description.tasks[0],
        categories=CATEGORIES,
        configuration=resolve(description.configuration, {**values, "epochs": epochs}),
        images=images,
        device=arguments.device,
        seed=arguments.seed,
        work_dir=folders[0],
        artifacts_dir=folders[1],
        checkpoints_dir=folders[2],
        start=start,
        resume_from=checkpoints[-1] if checkpoints else None,
    )
    result = catalog.load(description).train(request, _Console(arguments.stop_after))
    print(f"{worker}: {result.reason}", flush=True)
    stated = {**result.model, "configuration": dict(request.configuration), "reason": result.reason}
    if worker == DETECTOR:
        stated["start"] = rounds_before(arguments.start)
    done.write_text(json.dumps(stated, indent=1))
    return result


def publish_starter(
    worker: str, name: str, arguments: argparse.Namespace, result: TrainResult, images: Sequence[TreeImage], start: str
) -> None:
    """Measures the weights on drawn pages that were not trained on, and makes a starter of them below `--publish`.
    `start` says on the card what they were trained from."""
    catalog = WorkerCatalog()
    description = catalog.get(worker)
    folder = arguments.work / worker
    validation = [image for image in images if image.split is Split.VAL]
    task = TaskCatalog().get(description.tasks[0])
    request = PredictRequest(result.weights, result.model, validation, arguments.device, folder)
    console = _Console(None)
    what = Measuring(Split.VAL, task, CATEGORIES, request, folder)
    table = measure(catalog.load(description), what, console, may_stop=False).table
    licence = "AGPL-3.0-or-later"
    model = {
        **result.model,
        "format": MODEL_FORMAT,
        "name": TITLES[worker],
        "description": f"{TRAINED_ON} {arguments.about}".strip(),
        "categories": list(CATEGORIES),
        "worker": worker,
        "worker_version": description.version,
        "configuration_name": "Starter for pages",
        "seed": arguments.seed,
        "device": arguments.device,
        "metrics": {Split.VAL.value: table_to_json(table)},
        "start": start,
        "licences": to_json(
            [network_line(str(result.model["architecture"]), "AGPL-3.0"), LicenceLine(TITLES[worker], weights=licence)]
        ),
    }
    card = make_card(model, [table], [_count(images, split) for split in (Split.TRAIN, Split.VAL)])
    published = publish(weights=result.weights, model=model, store=folder / "versions", card=card)
    target = arguments.publish / name
    if target.is_dir():
        shutil.rmtree(target)
    about = {"title": TITLES[worker], "trained_on": TRAINED_ON, "suits": PAGES}
    place_starter(published.folder, target, **about, code_licence="AGPL-3.0", weights_licence=licence)
    print(f"published {target}", flush=True)


def _count(images: Sequence[TreeImage], split: Split) -> SplitCount:
    chosen = [image for image in images if image.split is split]
    found = Counter(item.category for image in chosen for item in image.objects)
    return SplitCount(
        split,
        n_images=len(chosen),
        n_objects=found.total(),
        n_background=sum(not image.objects for image in chosen),
        category_counts=tuple(found[index] for index in range(len(CATEGORIES))),
    )


def grow(detector: TrainResult, folder: Path) -> Start:
    """A fresh segmenter with the detector's weights wherever it has the same, as a version to start from."""
    import torch
    from safetensors.torch import load_file

    from core.workers.builtin.yolo.worker.networks import build_network, describe_network, write_weights

    torch.manual_seed(0)
    task = WorkerCatalog().get(SEGMENTER).tasks[0]
    architecture = architecture_name(task, TRAINING["family"], TRAINING["size"])
    network = build_network(task, f"{architecture}.yaml", len(CATEGORIES))
    state = network.state_dict()
    known = load_file(detector.weights)
    state |= {name: value for name, value in known.items() if name in state and state[name].shape == value.shape}
    folder.mkdir(parents=True, exist_ok=True)
    write_weights(state, folder / "weights.safetensors")
    model = {
        "architecture": architecture,
        "task": task,
        "categories": list(CATEGORIES),
        "network": describe_network(network, task),
        "name": "the drawn pages' detector",
    }
    return Start(StartKind.VERSION, folder / "weights.safetensors", model)


class _Console:
    """A worker's reporter that prints, and stops it after `stop_after` seconds."""

    def __init__(self, stop_after: float | None) -> None:
        self._began = time.monotonic()
        self._stop_after = stop_after
        self._told = 0.0

    @property
    def is_stop_requested(self) -> bool:
        return False

    def progress(self, done: float, total: float, text: str = "") -> None:
        present = time.monotonic()
        if present - self._told > 20:
            self._told = present
            print(f"{present - self._began:6.0f} s  {done:.2f}/{total:g} {text}", flush=True)

    def metrics(self, split: str, step: int, epoch: float, values: Mapping[str, float]) -> None:
        if split != "batch":
            shown = ", ".join(f"{name} {value:.3f}" for name, value in values.items())
            print(f"{split} epoch {epoch:g}: {shown}", flush=True)

    def log(self, text: str, level: str = "info") -> None:
        print(text, flush=True)

    def warning(self, text: str) -> None:
        print(f"Warning: {text}", flush=True)

    def effective(self, settings: Mapping[str, Any]) -> None:
        """Nothing: the recipe states them."""

    def checkpoint(self, path: Path, epoch: int, *, is_best: bool, metrics: Mapping[str, float]) -> None:
        print(f"checkpoint of epoch {epoch}: {path.name}", flush=True)

    def should_stop(self) -> bool:
        return self._stop_after is not None and time.monotonic() - self._began > self._stop_after

    def pinned(self) -> tuple[TreeImage, ...]:
        return ()

    def seen(self, epoch: int, found: Sequence[ImagePredictions]) -> None:
        """Nothing: no image is pinned."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for pages and checkpoints, made if missing")
    parser.add_argument("--pages", type=int, default=1500, help="drawn pages to train on")
    parser.add_argument("--validation", type=int, default=60, help="drawn pages to measure on")
    parser.add_argument("--epochs", type=int, default=14, help="of the detector")
    parser.add_argument("--segmenter-epochs", type=int, default=4)
    parser.add_argument("--start", type=Path, help="the folder of an earlier command, whose detector is trained on")
    parser.add_argument("--lr", type=float, default=TRAINING["lr0"], help="of the detector, at first")
    parser.add_argument("--multi-scale", type=float, default=TRAINING["multi_scale"])
    parser.add_argument("--smallest-line", type=float, default=6.0, metavar="PX", help="see `fit`; 0 = any")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--publish", type=Path, default=ROOT / "resources" / "starters", help="folder of the starters")
    parser.add_argument("--about", default="", help="a sentence more for the card")
    parser.add_argument("--stop-after", type=float, default=None, metavar="SECONDS")
    return parser.parse_args()


if __name__ == "__main__":
    main()
