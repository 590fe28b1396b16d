"""Measures where a training should start from: each start × data set × seed, in CPU seconds.

    python packaging/measure_starts.py --work FOLDER [--data pages18c] [--start scratch] [--seeds 0,1,2]
    python packaging/measure_starts.py --work FOLDER --stock        stock `yolo train`, once for each data set
    python packaging/measure_starts.py --work FOLDER --write        resources/starters/measured.json and the guide

It trains with Calque's own command line, one training at a time, in one thread on one core (`--core`), and counts the
processor time, user and system, of the training proper: neither imports before nor evaluation after it. What is in
FOLDER already is not trained again. voc100 and pages18c are read from ../shared/data beside the project; a data set
that is not there is left out, and said so.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from starts_table import Row, read_rows, write_results  # noqa: E402

SHARED = ROOT.parent / "shared" / "data"
FAST = "Fast on small data"
FROM_STARTER = "From a starter"
STOCK_EPOCHS = 100
STOCK_NETWORK = "yolo11n.yaml"
STOCK_LONGEST_SIDE = 1280  # of an image, made smaller beforehand: that saves it the decoding
VOC_SPLITS = ("val", "train", "train", "test", "train", "train", "train", "test")


@dataclass(frozen=True)
class DataSet:
    """`prepare` makes the folder or file to import below a folder of ours; None = it is not on this computer."""

    name: str
    prepare: Callable[[Path], Path | None]
    sets: tuple[str, ...]  # options of `calque train`
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class StartChoice:
    name: str
    worker: str
    start: str = "scratch"  # as `--start` takes it; "own" = a version trained on the sample
    configuration: str = FAST


def prepare_sample(folder: Path) -> Path | None:
    from core.samples.service import make_sample

    return make_sample(folder / "sample")


def prepare_pages(folder: Path) -> Path | None:
    pages = SHARED / "pages18c"
    return pages if pages.is_dir() else None


def prepare_voc(folder: Path) -> Path | None:
    """Copies in train/, val/ and test/: of eight images in the order of their names five, one and two."""
    source = SHARED / "voc100"
    if not source.is_dir():
        return None
    target = folder / "voc100"
    if not (target / "instances.json").is_file():
        content = json.loads((source / "coco" / "instances_v2.json").read_bytes())
        for index, image in enumerate(sorted(content["images"], key=lambda item: str(item["file_name"]))):
            split = VOC_SPLITS[index % len(VOC_SPLITS)]
            name = Path(image["file_name"]).name
            (target / split).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / "images" / name, target / split / name)
            image["file_name"] = f"{split}/{name}"
        (target / "instances.json").write_text(json.dumps(content), encoding="utf-8")
    return target


DATA = (
    DataSet("sample", prepare_sample, ("--train", "train", "--val", "val", "--test", "test")),
    DataSet(
        "pages18c",
        prepare_pages,
        ("--train", "bpt6k1281160s", "--train", "bpt6k6495917k", "--test", "btv1b8613380t"),
        ("text_line",),
    ),
    DataSet("voc100", prepare_voc, ("--train", "train", "--val", "val", "--test", "test")),
)
OWN = "own version"


def starts() -> Iterator[StartChoice]:
    """What can be started from, the starters that lie in resources/starters among it."""
    from core.models.starters import StarterCatalog
    from core.workers.catalog import WorkerCatalog

    yield StartChoice("scratch", "yolo-detect")
    yield StartChoice(OWN, "yolo-detect", "own")
    for starter in StarterCatalog().list_starters():
        if starter.worker == "yolo-detect":
            name = f"starter:{starter.name}"
            yield StartChoice(name, starter.worker, name, FROM_STARTER)
    if any(worker.slug == "lite0-detect" for worker in WorkerCatalog().list_workers()):
        yield StartChoice("backbone", "lite0-detect", "pretrained")


class Bench:
    """Trains through the command line in one thread, and watches the processor time of the training's process."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.home = work / "home"
        self._imported: dict[str, bool] = {}

    def calque(self, *arguments: object) -> Any:
        done = subprocess.run(self._command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(map(str, arguments))}\n{done.stderr[-3000:]}")
        return json.loads(done.stdout)

    def is_ready(self, data: DataSet) -> bool:
        """Imports the data set the first time. False when it is not there."""
        if data.name not in self._imported:
            source = data.prepare(self.work)
            self._imported[data.name] = source is not None
            known = [project["name"] for project in self.calque("projects")["projects"]] if self.home.exists() else []
            if source is not None and data.name not in known:
                self.calque("import", source, "--project", data.name)
        return self._imported[data.name]

    def own_version(self) -> str:
        """Trained on the sample from scratch with seed 0, as a newcomer does."""
        note = self.work / "own.json"
        if not note.is_file():
            self.is_ready(DATA[0])
            trained, _ = self.train(DATA[0], StartChoice("scratch", "yolo-detect"), 0)
            note.write_text(json.dumps(trained), encoding="utf-8")
        return str(json.loads(note.read_bytes())["version"])

    def measure(self, data: DataSet, choice: StartChoice, seed: int) -> Row:
        trained, cpu_s = self.train(data, choice, seed)
        test = trained["metrics"]["test"]
        return Row(data.name, choice.name, choice.worker, seed, cpu_s, test["map50"], test["map50_95"], trained["run"])

    def train(self, data: DataSet, choice: StartChoice, seed: int) -> tuple[dict[str, Any], float]:
        """The command's answer, and the CPU seconds of the training proper."""
        start = self.own_version() if choice.start == "own" else choice.start
        classes = [part for name in data.classes for part in ("--class", name)]
        command = self._command(
            *("train", "--project", data.name, "--worker", choice.worker, "--seed", seed, "--model", choice.worker),
            *("--name", f"{choice.name}, seed {seed}", "--configuration", choice.configuration, "--start", start),
            *("--device", "cpu", "--no-limit", *data.sets, *classes),
        )
        answer = self.work / f"answer-{os.getpid()}.json"
        with answer.open("w", encoding="utf-8") as file:
            process = subprocess.Popen(
                command, cwd=ROOT, stdout=file, stderr=subprocess.PIPE, text=True, encoding="utf-8"
            )
            cpu_s, told = self._watch(process)
        if process.wait() != 0:
            raise SystemExit(f"{' '.join(command)}\n{told}")
        return json.loads(answer.read_bytes()), cpu_s

    def _watch(self, process: subprocess.Popen[str]) -> tuple[float, str]:
        """Between the first line that tells of training and the first that tells of evaluation."""
        assert process.stderr is not None
        began = ended = 0.0
        lines = []
        for line in process.stderr:
            lines.append(line)
            stage = line.partition("% ")[2] if "% " in line[:6] else line
            if not began and stage.startswith("Train"):
                began = self._cpu_s()
            elif began and not ended and stage.startswith("Evaluate"):
                ended = self._cpu_s()
        return ended - began, "".join(lines[-40:])

    def _cpu_s(self) -> float:
        """Of the one child that trains in this home."""
        found = 0.0
        for process in psutil.process_iter(["cmdline"]):
            command = process.info["cmdline"] or []
            if any(str(self.home) in part for part in command) and "train" not in command:
                times = process.cpu_times()
                found = max(found, float(times.user + times.system))
        return found

    def _command(self, *arguments: object) -> list[str]:
        return [str(part) for part in (sys.executable, "-m", "app", "--home", self.home, "--json", *arguments)]


def export_for_stock(bench: Bench, data: DataSet) -> Path:
    """The data of the training from scratch with seed 0, frozen first, as YOLO with copies of its images; large ones
    are made smaller.
    """
    from PIL import Image

    folder = bench.work / f"stock-{data.name}"
    if folder.exists():
        return folder
    options = ("--project", data.name, "--format", "yolo", "--dataset", "V001", "--copy-images", folder)
    bench.calque("export-data", *options)
    for path in sorted((folder / "images").rglob("*")):
        if path.is_file():
            with Image.open(path) as picture:
                if max(picture.size) <= STOCK_LONGEST_SIDE:
                    continue
                picture.thumbnail((STOCK_LONGEST_SIDE, STOCK_LONGEST_SIDE))
                picture.convert("RGB").save(path, quality=92)
    return folder


STOCK_CHILD = """
import json, os, sys
import torch
torch.set_num_threads(1)
from ultralytics import YOLO
data, folder, network, epochs = sys.argv[1:5]
before = os.times()
model = YOLO(network)
model.train(data=data, project=folder, name="train", epochs=int(epochs), pretrained=False, device="cpu", exist_ok=True)
after = os.times()
best = YOLO(folder + "/train/weights/best.pt")
test = best.val(data=data, split="test", device="cpu", project=folder, name="test", plots=False, exist_ok=True)
cpu = after.user + after.system - before.user - before.system
with open(folder + "/result.json", "w") as file:
    json.dump({"cpu_s": cpu, "map50": float(test.box.map50), "map50_95": float(test.box.map)}, file)
"""


def measure_stock(bench: Bench, data: DataSet) -> Row:
    """`yolo train` from scratch with its default arguments: 100 epochs at 640 pixels. Its own measures, on the test
    set."""
    from core.workers.builtin.yolo.environment import prepare

    folder = export_for_stock(bench, data)
    variables = {**os.environ, **prepare(bench.work / "engine"), "OMP_NUM_THREADS": "1", "YOLO_VERBOSE": "False"}
    arguments = [sys.executable, "-c", STOCK_CHILD, folder / "data.yaml", folder, STOCK_NETWORK, STOCK_EPOCHS]
    with (folder / "log.txt").open("w", encoding="utf-8") as log:
        command = [str(part) for part in arguments]
        subprocess.run(command, cwd=folder, env=variables, stdout=log, stderr=log, check=True)
    result = json.loads((folder / "result.json").read_bytes())
    return Row(data.name, "stock", "yolo train", 0, result["cpu_s"], result["map50"], result["map50_95"], "")


def append(path: Path, row: Row) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(row)) + "\n")
    print(
        f"{row.data:10} {row.start:18} seed {row.seed}  {row.cpu_s:7.1f} CPU s  mAP50 {row.map50:.3f}  "
        f"mAP50-95 {row.map50_95:.3f}",
        flush=True,
    )


def measure_all(bench: Bench, wanted: argparse.Namespace) -> None:
    rows = bench.work / "rows.jsonl"
    done = {(row.data, row.start, row.seed) for row in read_rows(rows)}
    for data in DATA:
        if wanted.data and data.name not in wanted.data:
            continue
        if not bench.is_ready(data):
            print(f"{data.name} is not on this computer: left out")
            continue
        if wanted.stock:
            if (data.name, "stock", 0) not in done:
                append(rows, measure_stock(bench, data))
            continue
        for choice in starts():
            is_taught_on_it = choice.name == OWN and data.name == "sample"
            if is_taught_on_it or (wanted.start and choice.name not in wanted.start):
                continue
            for seed in wanted.seeds:
                if (data.name, choice.name, seed) not in done:
                    append(rows, bench.measure(data, choice, seed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="a folder for data, runs and results")
    parser.add_argument("--data", action="append", choices=[data.name for data in DATA])
    parser.add_argument("--start", action="append", help="only these starts, as the table calls them")
    parser.add_argument("--seeds", type=lambda text: [int(part) for part in text.split(",")], default=[0, 1, 2])
    parser.add_argument("--core", type=int, default=0, help="of the processor that everything runs on (Linux)")
    parser.add_argument("--stock", action="store_true", help="train as Ultralytics does by default; takes hours")
    parser.add_argument("--write", action="store_true", help="only write down what was measured")
    wanted = parser.parse_args()
    work = wanted.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    if wanted.write:
        write_results(read_rows(work / "rows.jsonl"), ROOT)
        return
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {wanted.core})
    measure_all(Bench(work), wanted)


if __name__ == "__main__":
    main()
