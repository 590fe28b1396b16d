"""What only a graphics card can show, in one script for a bare Linux machine with torch and without a network.

    python tests/gpu/prove_gpu.py [--wheels FOLDER] [--device cuda:0] [--out FILE]

`--wheels` is a folder with what the machine lacks (CONTRIBUTING.md says how to fill it); it is unpacked into a
temporary folder and nothing else on the machine is changed. `--device cpu` runs the same steps without a card, small,
to check the script itself; what needs a card is then left out, and said to be. Prints a line a step and the figures.
The exit code is the number of steps that failed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 240
LEFT_FREE = 3 << 30  # bytes of the card's memory that the hog leaves

BARE = """
import json, os, sys, time
from ultralytics import YOLO
os.nice(10)  # as a run of ours
arguments = json.loads(sys.argv[1])
stamps = []
model = YOLO("yolo11n.yaml")
model.add_callback("on_train_batch_end", lambda trainer: stamps.append((trainer.epoch, time.monotonic())))
model.train(**arguments)
print("stamps " + json.dumps(stamps))
"""

HOG = """
import sys, time, torch
free, _ = torch.cuda.mem_get_info()
held = torch.empty(max(1, free - int(sys.argv[1])), dtype=torch.uint8, device="cuda")
print("held", flush=True)
time.sleep(600)
"""


class LeftOut(Exception):  # noqa: N818 - no error: there is no card to show it on
    """The step needs a graphics card."""


@dataclass
class Proof:
    """Where everything lies, and what was found."""

    device: str
    work: Path
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.work / "home"

    @property
    def has_card(self) -> bool:
        return self.device != "cpu"

    def command(self, *arguments: object) -> list[str]:
        words = [sys.executable, "-m", "app", "--home", self.home, "--json", *arguments]
        return [str(word) for word in words]

    def calque(self, *arguments: object, code: int = 0) -> dict[str, Any]:
        done = subprocess.run(
            self.command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )
        if done.returncode != code:
            raise AssertionError(f"exit code {done.returncode}, not {code}: {done.stderr[-2000:]}")
        value: dict[str, Any] = json.loads(done.stdout) if done.stdout.strip() else {}
        return {**value, "said": done.stderr}

    def training(self, *arguments: object) -> tuple[object, ...]:
        data = ("--project", "Pages", "--train", "train", "--val", "val", "--test", "test")
        return (
            "train",
            "--worker",
            "yolo-detect",
            "--model",
            "M",
            "--device",
            self.device,
            "--no-limit",
            *data,
            *arguments,
        )

    def settings(self, **values: object) -> tuple[str, ...]:
        small = {"imgsz": 640 if self.has_card else 64, "batch": 16 if self.has_card else 8}
        return tuple(word for key, value in {**small, **values}.items() for word in ("--set", f"{key}={value}"))


# --- the steps -------------------------------------------------------------------------------------------------


def probe(proof: Proof) -> str:
    from core.runs.processes.devices import probe_devices

    report = probe_devices(refresh=True)
    if not proof.has_card:
        return f"{report.devices[0].name}; {report.gpu_reason or 'a card is there'}"
    card = next((device for device in report.devices if device.id == proof.device), None)
    if card is None:
        raise AssertionError(report.gpu_reason)
    proof.figures["card"] = {"name": card.name, "total": card.total_bytes, "free": card.free_bytes}
    assert card.name and 0 < (card.free_bytes or 0) <= (card.total_bytes or 0)
    return f"{card.name}, {card.free_bytes} of {card.total_bytes} bytes free, CUDA {report.cuda_version}"


def throughput(proof: Proof) -> str:
    """The same training supervised and bare, in images a second: of the batches alone, and with what stands between the
    epochs (validation, checkpoints, which are larger here)."""
    epochs = 12 if proof.has_card else 3
    trained = proof.calque(*proof.training(*proof.settings(epochs=epochs, train_images_measured=0)))
    run = proof.calque("runs", trained["run"])
    in_force = run["state"]["effective"]
    folder = proof.home / "runs" / trained["run"]
    lines = [json.loads(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    batches = [line for line in lines if line["kind"] == "metrics" and line["split"] == "batch"]
    per_epoch = len(batches) // epochs
    ours = [((number // per_epoch), line["t"]) for number, line in enumerate(batches)]
    n_images = int(in_force["train images"])
    theirs = _bare_stamps(proof, trained["snapshot"], epochs)
    rates = {}
    for name, stamps in (("ours", ours), ("bare", theirs)):
        rates[name] = {"batches": _rate_of_batches(stamps, n_images), "whole": _rate(stamps, n_images)}
    proof.figures["images a second"] = rates
    proof.figures["precision"] = in_force["precision"]
    proof.figures["test"] = trained["metrics"].get("test")
    assert in_force["precision"] == ("fp16" if proof.has_card else "fp32")
    assert in_force["device"] == (proof.device if proof.has_card else "cpu")
    shown = [
        f"{what}: {rates['ours'][what]:.1f} images/s, bare {rates['bare'][what]:.1f}, "
        f"ratio {rates['ours'][what] / rates['bare'][what]:.3f}"
        for what in ("batches", "whole")
    ]
    return f"{'; '.join(shown)}; precision {in_force['precision']}"


def too_little_memory(proof: Proof) -> str:
    if not proof.has_card:
        raise LeftOut
    with _hog():
        trained = proof.calque(*proof.training(*proof.settings(epochs=1, batch=64, imgsz=960, size="m")))
    state = proof.calque("runs", trained["run"])["state"]
    told = [text for text in state["warnings"] if "memory is too small for a batch of" in text]
    assert told, state["warnings"]
    proof.figures["batch after halving"] = state["effective"]["batch"]
    return " ".join(told)


def stop(proof: Proof) -> str:
    with _following(proof) as run:
        proof.calque("stop", run)
    record = _settled(proof, run)
    assert record["status"] == "Terminated", record
    version = proof.calque("models", record["version"])
    assert version["is_partial"], version
    return str(record["reason"])


def resume(proof: Proof) -> str:
    """Killed without a word, then retried from its checkpoint on the same device."""
    from app.services import open_services
    from core.domain.runs import RunStatus
    from core.home import Home

    with _following(proof, epochs=30) as run:
        os.kill(int(proof.calque("runs", run)["state"]["pid"]), signal.SIGKILL)
    assert _settled(proof, run)["status"] in ("Failed", "Aborted")
    with open_services(Home(proof.home)) as services:
        services.runs.retry(run)
        state = services.runs.carry_out(run, lambda _batch: None, lambda: False)
    assert state is not None and state.status is RunStatus.SUCCESS, state
    log = (proof.home / "runs" / run / "events.jsonl").read_text(encoding="utf-8")
    resumed = re.search(r"Resumed after epoch \d+[^\"]*", log)
    assert resumed, "the second attempt began anew"
    return f"{resumed.group()} {state.reason}"


def forced(proof: Proof) -> str:
    """The device that an imported run.toml names counts; one that is not there is refused, never replaced."""
    plan = proof.work / "run.toml"
    names = ["project", "worker", "model", "train", "val"]
    values = ["Pages", "yolo-detect", "M", ["train"], ["val"]]
    lines = [f"{name} = {json.dumps(value)}" for name, value in zip(names, values, strict=True)]
    settings = "\n[values]\nepochs = 1\nimgsz = 64\nbatch = 8\n"
    plan.write_text("\n".join([*lines, f'device = "{proof.device}"']) + settings, encoding="utf-8")
    trained = proof.calque("train", plan)
    assert proof.calque("runs", trained["run"])["state"]["device"] == proof.device
    plan.write_text("\n".join([*lines, 'device = "cuda:63"']) + settings, encoding="utf-8")
    refused = proof.calque("train", plan, code=1)["said"].strip().splitlines()
    assert any("GPU" in line for line in refused), refused
    return f"{proof.device} taken; cuda:63: {refused[-1]}"


STEPS: tuple[Callable[[Proof], str], ...] = (probe, throughput, too_little_memory, stop, resume, forced)


# --- their parts -----------------------------------------------------------------------------------------------


def _bare_stamps(proof: Proof, snapshot: str, epochs: int) -> list[tuple[int, float]]:
    """The engine's own training with the arguments that ours hands to it, in a process without Calque."""
    from core.datasets.manifest_file import open_manifest
    from core.datasets.tree import build_tree
    from core.domain.ids import SnapshotId
    from core.domain.snapshots import Split
    from core.domain.training import StartKind
    from core.tasks.detection import DETECTION
    from core.workers.api import Start, TrainRequest
    from core.workers.builtin.yolo_detect.description import DESCRIPTION
    from core.workers.configuration import parse_text, resolve
    from core.workers.environment import prepare_environment

    folder = proof.work / "bare"
    id = SnapshotId(snapshot)
    manifest = open_manifest(proof.home / "snapshots" / f"{id}.jsonl", id)
    tree = build_tree(manifest, (Split.TRAIN, Split.VAL), images_root=proof.work / "sample", target=folder / "tree")
    words = proof.settings(epochs=epochs)[1::2]
    typed = {
        key: parse_text(DESCRIPTION.configuration, key, text) for key, _, text in (w.partition("=") for w in words)
    }
    request = TrainRequest(
        task=DETECTION.slug,
        categories=manifest.categories,
        configuration=resolve(DESCRIPTION.configuration, typed),
        images=tree,
        device=proof.device,
        seed=0,
        work_dir=folder,
        artifacts_dir=folder,
        checkpoints_dir=folder,
        start=Start(StartKind.SCRATCH),
    )
    environment = prepare_environment(DESCRIPTION, folder) | {"ULTRALYTICS_SAFE_LOAD": "0"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    writing = (
        "import json, pickle, sys\n"
        "from pathlib import Path\n"
        "from core.workers.builtin.yolo.worker.arguments import engine_arguments\n"
        "from core.workers.builtin.yolo.worker.dataset import write_dataset\n"
        "request = pickle.loads(Path(sys.argv[1]).read_bytes())\n"
        "written = write_dataset(request.images, request.categories, request.task, Path(sys.argv[2]) / 'dataset')\n"
        "made = engine_arguments(request, written.yaml, Path(sys.argv[2]) / 'run')\n"
        "for name in ('model', 'mode', 'task'): made.pop(name)\n"
        "print('arguments ' + json.dumps(made))\n"
    )
    import pickle

    (folder / "request.pickle").write_bytes(pickle.dumps(request))  # to our own child, minutes long, and nobody else
    made = _ask(["-c", writing, str(folder / "request.pickle"), str(folder)], environment, folder, "arguments ")
    stamps: list[tuple[int, float]] = json.loads(_ask(["-c", BARE, made], environment, folder, "stamps "))
    return stamps


def _ask(arguments: list[str], environment: dict[str, str], folder: Path, mark: str) -> str:
    """What a short Python program said after its mark."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    for line in done.stdout.splitlines():
        if line.startswith(mark):
            return line.removeprefix(mark)
    raise AssertionError(f"no answer, exit code {done.returncode}: {done.stderr[-2000:]}")


def _rate(stamps: list[tuple[int, float]], n_images: int) -> float:
    """Images a second from the end of the first epoch to the end of the last."""
    ends = dict(stamps)  # the last batch of each epoch
    first, last = min(ends), max(ends)
    return n_images * (last - first) / (ends[last] - ends[first])


def _rate_of_batches(stamps: list[tuple[int, float]], n_images: int) -> float:
    """Images a second between the first and the last batch of each epoch; the middle one of the epochs."""
    epochs: dict[int, list[float]] = {}
    for epoch, at in stamps:
        epochs.setdefault(epoch, []).append(at)
    rates = [
        n_images * (len(times) - 1) / len(times) / (times[-1] - times[0]) for times in epochs.values() if len(times) > 1
    ]
    return statistics.median(rates)


@contextmanager
def _hog() -> Iterator[None]:
    """Another process holds nearly all memory of the card."""
    process = subprocess.Popen([sys.executable, "-c", HOG, str(LEFT_FREE)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "held", "the card's memory could not be filled"
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def _following(proof: Proof, epochs: int = 500) -> Iterator[str]:
    """A training that goes on, with two epochs on disk; its command has ended when the block is left."""
    before = {item["run"] for item in _runs(proof)}
    command = proof.command(*proof.training(*proof.settings(epochs=epochs, train_images_measured=0)))
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        run = _wait(lambda: next((item["run"] for item in _runs(proof) if item["run"] not in before), None))
        checkpoints = proof.home / "runs" / run / "checkpoints"
        _wait(lambda: len(list(checkpoints.glob("*.ckpt"))) >= 2)
        try:
            yield run
            process.wait(timeout=PATIENCE_S)
        except BaseException:
            process.send_signal(signal.SIGINT)  # stops the run, and then ends
            raise


def _runs(proof: Proof) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = proof.calque("runs")["runs"]
    return found


def _settled(proof: Proof, run: str) -> dict[str, Any]:
    """The run's record once it is over."""

    def ended() -> dict[str, Any] | None:
        record = proof.calque("runs", run)
        return record if record["status"] in ("Success", "Failed", "Aborted", "Terminated") else None

    found: dict[str, Any] = _wait(ended)
    return found


def _wait(look: Callable[[], Any]) -> Any:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError("waited in vain")


# --- the whole -------------------------------------------------------------------------------------------------


def prove(device: str, out: Path | None, only: str) -> int:
    n_failed = 0
    with tempfile.TemporaryDirectory(prefix="calque-gpu-") as folder:
        proof = Proof(device, Path(folder))
        from core.samples.service import make_sample

        sample = make_sample(proof.work / "sample")
        proof.calque("import", sample, "--project", "Pages")
        for step in STEPS:
            if only and step.__name__ != only:
                continue
            began = time.monotonic()
            try:
                text, word = step(proof), "ok"
            except LeftOut:
                text, word = "needs a graphics card", "left out"
            except Exception:  # the other steps are to be seen all the same
                text, word = traceback.format_exc(), "FAILED"
                n_failed += 1
            seconds = time.monotonic() - began
            proof.figures[step.__name__] = {"outcome": word, "text": text, "seconds": round(seconds, 1)}
            print(f"{word:>8}  {step.__name__:<18} {seconds:6.1f} s  {text}", flush=True)
    written = json.dumps(proof.figures, indent=1)
    print(written)
    if out is not None:
        out.write_text(written + "\n", encoding="utf-8")
    return n_failed


def unpack(wheels: Path, site: Path) -> None:
    """The wheels that the machine lacks, and Calque's entry points, which an installation would bring."""
    missing = [wheel for wheel in sorted(wheels.glob("*.whl")) if not _is_there(wheel)]
    if missing:
        words = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(site)]
        subprocess.run([sys.executable, *words, *map(str, missing)], check=True)


def _is_there(wheel: Path) -> bool:
    name = wheel.name.partition("-")[0]
    module = {"opencv_python": "cv2", "opencv_python_headless": "cv2", "pillow": "PIL", "pyyaml": "yaml"}.get(
        name.lower()
    )
    return importlib.util.find_spec(module or name.lower()) is not None


def write_entry_points(site: Path) -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    folder = site / "calque-0.dist-info"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: calque\nVersion: 0\n", encoding="utf-8")
    lines = [
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in items.items())
        for group, items in groups.items()
    ]
    (folder / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description="What only a graphics card can show.")
    parser.add_argument("--wheels", type=Path, help="folder of wheels that this machine lacks")
    parser.add_argument("--device", default="cuda:0", help="cuda:N, or cpu to check the script itself")
    parser.add_argument("--out", type=Path, help="file for the figures")
    parser.add_argument("--only", default="", choices=[step.__name__ for step in STEPS], help="this step alone")
    parser.add_argument("--unpacked", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.unpacked:
        return prove(given.device, given.out, given.only)
    with tempfile.TemporaryDirectory(prefix="calque-site-") as folder:
        site = Path(folder)
        if given.wheels is not None:
            unpack(given.wheels, site)
            write_entry_points(site)
        paths = os.pathsep.join([str(ROOT), str(site), os.environ.get("PYTHONPATH", "")])
        words = [str(Path(__file__).resolve()), "--unpacked", "--device", given.device]
        words += ["--out", str(given.out.resolve())] if given.out else []
        words += ["--only", given.only] if given.only else []
        return subprocess.run([sys.executable, *words], env={**os.environ, "PYTHONPATH": paths}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
