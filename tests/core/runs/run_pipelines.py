"""Small pipelines for tests of the machinery. They run in real child processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from core.domain.models import Headline
from core.domain.runs import RunStatus
from core.domain.snapshots import Split
from core.errors import WorkerError
from core.runs.processes.child import ChildContext
from core.training.results import Publication, tell_evaluation, tell_publication
from tests.core.evaluation.coco_tables import coco_row, coco_table


def run(context: ChildContext) -> None:
    """What the workshop's kind names: the function of this module that the payload names."""
    name = context.request.payload["pipeline"]
    if name not in globals():
        raise WorkerError(f'There is no pipeline "{name}".')
    globals()[name](context)


def steps(context: ChildContext) -> None:
    """Payload: epochs, batches, delay_s; kill_at_event, signal; stops at a wish, resumes from a checkpoint."""
    want = {"epochs": 3, "batches": 4, "delay_s": 0.0, "kill_at_epoch": 0, "signal": 9, **context.request.payload}
    first = int(context.resume_from.read_text()) if context.resume_from else 0
    with context.stage("prepare"):
        context.progress(1, 1, "preparing")
    context.effective({"batch": 16, "imgsz": 640})
    with context.stage("train"):
        for epoch in range(first, want["epochs"]):
            if not _epoch(context, epoch, want):
                context.finish(RunStatus.TERMINATED, f"stopped by you after {epoch} epochs")
                break
        else:
            context.finish(RunStatus.SUCCESS, f"all {want['epochs']} epochs done")
    _publish(context)


def _epoch(context: ChildContext, epoch: int, want: dict[str, Any]) -> bool:
    for batch in range(want["batches"]):
        step = epoch * want["batches"] + batch + 1
        context.metrics("batch", step, epoch + (batch + 1) / want["batches"], {"loss": 1 / step, "lr": 0.01})
        context.progress(step, want["epochs"] * want["batches"], f"epoch {epoch + 1} of {want['epochs']}")
        time.sleep(want["delay_s"])
        if context.should_stop():
            return False
    if epoch + 1 == want["kill_at_epoch"] and context.attempt == 1:
        os.kill(os.getpid(), want["signal"])
        time.sleep(30)
    context.metrics("val", (epoch + 1) * want["batches"], epoch + 1, {"map50": (epoch + 1) / 10})
    path = context.layout.checkpoints / f"epoch-{epoch + 1}.txt"
    path.write_text(str(epoch + 1))
    context.checkpoint(path, epoch + 1, is_best=True, metrics={"map50": (epoch + 1) / 10})
    return True


def _publish(context: ChildContext) -> None:
    with context.stage("publish"):
        file = context.layout.artifacts / "train" / "results.csv"
        file.parent.mkdir(exist_ok=True)
        file.write_text("epoch,loss\n1,0.5\n")
        context.artifact(file)
        row = coco_row(None, 3, 7, 0.5, 0.6, 0.7, 0.4, threshold=0.25)
        tell_evaluation(context, coco_table(Split.VAL, (row,), has_masks=False, max_detections=300))
        publication = Publication(
            folder=Path("/models/abc"),
            content_sha256="a" * 64,
            weights_sha256="b" * 64,
            architecture="tiny",
            headline=Headline("map50_95", 0.4, "val"),
            is_partial=False,
        )
        tell_publication(context, publication, context.outcome.status, context.outcome.reason)


def tells(context: ChildContext) -> None:
    """Payload: n lines of 1 KB each, told one by one."""
    with context.stage("train"):
        for number in range(context.request.payload["n"]):
            context.log(f"line {number} " + "x" * 1000)
    context.finish(RunStatus.SUCCESS, "done")


def events(context: ChildContext) -> None:
    """Payload: n, and `kill_at`: the number of the metrics event after which the process kills itself."""
    with context.stage("train"):
        for step in range(1, context.request.payload["n"] + 1):
            context.metrics("batch", step, step / 10, {"loss": float(step)})
            if step == context.request.payload.get("kill_at"):
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(context.request.payload.get("delay_s", 0.0))


def forever(context: ChildContext) -> None:
    """Ends when it is asked to."""
    with context.stage("train"):
        step = 0
        while not context.should_stop():
            step += 1
            context.metrics("batch", step, 0.0, {"loss": 1.0})
            time.sleep(0.02)
    context.finish(RunStatus.TERMINATED, "stopped by you")


def deaf(_context: ChildContext) -> None:
    """Never listens, and has a child of its own that does not either."""
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        Path("grandchild").write_text(str(os.getpid()))
        time.sleep(600)
        os._exit(0)
    time.sleep(600)


def orphan(context: ChildContext) -> None:
    """Ends and leaves a process behind."""
    pid = os.fork()
    if pid == 0:
        time.sleep(600)
        os._exit(0)
    Path("grandchild").write_text(str(pid))
    context.finish(RunStatus.SUCCESS, "done")


def fails(context: ChildContext) -> None:
    """Payload: `how`."""
    how = context.request.payload["how"]
    context.effective({"batch": 16, "imgsz": 640})
    with context.stage("train"):
        if how == "worker":
            raise WorkerError("The worker broke.", hint="Mend it.")
        if how == "gpu-memory":
            raise type("OutOfMemoryError", (RuntimeError,), {})("CUDA out of memory. Tried to allocate 20 MiB")
        if how == "sys.exit":
            sys.exit(7)
        if how == "os._exit":
            os._exit(3)
        if how == "segfault":
            os.write(2, b"Fatal: the kernel of the matrix fell apart\n")
            os.kill(os.getpid(), signal.SIGSEGV)
        raise ValueError("first line\nsecond line")


def prints(context: ChildContext) -> None:
    """Writes as libraries do. Payload: `n` lines."""
    print("plain line")
    print("\x1b[34m\x1b[1mtrain: \x1b[0mcoloured")
    for percent in range(0, 101, 10):
        print(f"\r{percent}%|####|", end="")
    print()
    os.write(2, b"from native code\n")
    os.system("echo from a grandchild")
    for number in range(context.request.payload.get("n", 0)):
        print(f"line {number}")
    print("the end has no newline", end="")


def careless(context: ChildContext) -> None:
    """Reports what cannot be reported."""
    with context.stage("train"):
        for _ in range(3):
            context.metrics("batch", 1, 0.0, {"loss": object()})  # type: ignore[dict-item]
        context.checkpoint(context.layout.checkpoints / "missing", 1, is_best=False, metrics={})
        context.metrics("batch", 1, 0.0, {"loss": float("nan"), "lr": float("inf")})
    context.finish(RunStatus.SUCCESS, "went on")


def writes_much(context: ChildContext) -> None:
    """Payload: `n` metrics events."""
    with context.stage("train"):
        for step in range(1, context.request.payload["n"] + 1):
            context.metrics("batch", step, step / 100, {"loss": float(step)})
    context.finish(RunStatus.SUCCESS, "done")


def writes_limited(context: ChildContext) -> None:
    """The event log cannot grow past a size; then a checkpoint cannot be written either."""
    import resource

    size = (context.layout.folder / "events.jsonl").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4000, hard))
    for step in range(1, 1000):
        context.metrics("batch", step, step / 100, {"loss": float(step)})
    try:
        (context.layout.checkpoints / "epoch-1.txt").write_bytes(b"x" * 1_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def looks_around(context: ChildContext) -> None:
    """Reports the process's surroundings as settings."""
    import resource

    umask = os.umask(0)
    os.umask(umask)
    context.effective(
        {
            "cwd": str(Path.cwd()),
            "umask": oct(umask),
            "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
            "leads": os.getpgid(0) == os.getpid(),
            "same_session": os.getsid(0) == os.getpid(),
            "stdin": sys.stdin.read(),
            "safe_load": os.environ["ULTRALYTICS_SAFE_LOAD"],
            "path_has_folder": str(Path.cwd()) in sys.path or "" in sys.path,
        }
    )


def tells_its_python(context: ChildContext) -> None:
    """Which interpreter it was started with."""
    context.effective({"started_by": os.environ.get("STARTED_BY", ""), "worker": context.request.worker})


def tells_what_nobody_reads(context: ChildContext) -> None:
    """A measurement in a format of tomorrow and one that is damaged, between results that are sound."""
    with context.stage("train"):
        context.result("evaluation", {"format": 99, "split": "val"})
        context.result("evaluation", {"format": 2})
        context.result("evaluation", {"split": "val", "rows": [{"category": None, "n_images": 10**400}]})
    hashless = {"folder": "nowhere", "content_sha256": None, "weights_sha256": "", "architecture": ""}
    context.result("published", {**hashless, "headline": None, "is_partial": False})
    context.finish(RunStatus.SUCCESS, "done")
