"""`calque doctor`: what this machine has, and what is missing, each with what to do. Works with a broken registry."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import psutil

from app.verbs.output import VerbResult
from core.domain.counting import in_bytes
from core.errors import CalqueError, StorageError
from core.home import Home

LIBRARIES = ("PySide6-Essentials", "torch", "torchvision", "ultralytics", "SQLAlchemy", "pyqtgraph", "pillow", "numpy")
REINSTALL = "Run python3 packaging/dev.py env, or install Calque again."
LOW_DISK_BYTES = 5_000_000_000
LOW_MEMORY_BYTES = 4_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """`state` is ok, warning or error; `hint` says what to do about the latter two."""

    subject: str
    state: str
    text: str
    hint: str = ""


def examine(home: Home) -> tuple[Finding, ...]:
    """All findings; takes some seconds, since the devices are probed in a process of their own."""
    checks: tuple[Callable[[Home], Finding], ...] = (
        check_python,
        check_libraries,
        check_home,
        check_disk,
        check_memory,
        check_registry,
        check_workers,
        check_tasks,
        check_measures,
        check_formats,
        check_devices,
    )
    return tuple(check(home) for check in checks)


def run(home: Home) -> VerbResult:
    findings = examine(home)
    marks = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}
    lines = []
    for finding in findings:
        lines.append(f"{marks[finding.state]}  {finding.subject}: {finding.text}")
        if finding.hint:
            lines.append(f"         {finding.hint}")
    is_ok = all(finding.state != "error" for finding in findings)
    return VerbResult({"ok": is_ok, "findings": findings}, tuple(lines), code=0 if is_ok else 1)


def check_python(home: Home) -> Finding:
    text = f"Python {platform.python_version()} on {platform.platform()}"
    return Finding("Python", "ok", text)


def check_libraries(home: Home) -> Finding:
    found, missing = [], []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding("Libraries", "error", f"missing: {', '.join(missing)}", REINSTALL)
    return Finding("Libraries", "ok", ", ".join(found))


def check_home(home: Home) -> Finding:
    try:
        home.ensure()
        probe = home.root / ".write-test"
        probe.write_bytes(b"")
        probe.unlink()
    except StorageError as error:
        return Finding("Home", "error", error.text, error.hint)
    except OSError as error:
        hint = "Choose another folder with --home DIR or the environment variable CALQUE_HOME."
        return Finding("Home", "error", f"{home.root} cannot be written to: {error.strerror}", hint)
    return Finding("Home", "ok", str(home.root))


def check_disk(home: Home) -> Finding:
    folder = next(path for path in (home.root, *home.root.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    text = f"{in_bytes(free)} free"
    if free < LOW_DISK_BYTES:
        return Finding("Disk", "warning", text, "A training needs the size of its images once more, and checkpoints.")
    return Finding("Disk", "ok", text)


def check_memory(home: Home) -> Finding:
    memory = psutil.virtual_memory()
    text = f"{in_bytes(memory.available)} of {in_bytes(memory.total)} free, {os.cpu_count()} processor cores"
    if memory.available < LOW_MEMORY_BYTES:
        return Finding("Memory", "warning", text, "Close other programs before a training, or use a small batch.")
    return Finding("Memory", "ok", text)


def check_registry(home: Home) -> Finding:
    from app.services import registry_of
    from core.registry.backups import offer_newest
    from core.registry.connecting import SQLITE_VERSION
    from core.registry.remains import find_remains

    engine = f"SQLite {SQLITE_VERSION}"
    is_there = home.registry_file.exists()
    if not is_there and find_remains(home.backups, home.runs, home.models, home.snapshots).is_empty:
        return Finding("Registry", "ok", f"not made yet ({engine})")
    registry = registry_of(home)
    try:
        registry.open()
        problems = registry.check()
    except CalqueError as error:
        return Finding("Registry", "error", error.text, error.hint)
    finally:
        registry.close()
    if problems:
        hint = "" if problems[0].kind == "registry-counts" else offer_newest(home.backups)
        return Finding("Registry", "error", problems[0].text, hint)
    return Finding("Registry", "ok", f"{home.registry_file} is sound ({engine})")


def check_workers(home: Home) -> Finding:
    from core.workers.catalog import WorkerCatalog

    workers = WorkerCatalog().list_workers()
    broken = [f"{worker.slug}: {worker.unavailable_reason}" for worker in workers if not worker.is_available]
    if broken:
        return Finding("Methods", "warning", "; ".join(broken), "The other methods can be used.")
    return Finding("Methods", "ok", ", ".join(f"{worker.slug} {worker.version}" for worker in workers))


def check_tasks(home: Home) -> Finding:
    from core.tasks.catalog import TaskCatalog

    tasks = TaskCatalog().list_tasks()
    broken = [task.unavailable_reason for task in tasks if not task.is_available]
    if broken:
        return Finding("Tasks", "warning", " ".join(broken), "The other tasks can be used.")
    return Finding("Tasks", "ok", ", ".join(task.id for task in tasks))


def check_measures(home: Home) -> Finding:
    from core.evaluation.measures import MeasureCatalog

    catalog = MeasureCatalog()
    if catalog.problems:
        return Finding("Measures", "warning", " ".join(catalog.problems), "The other measures can be used.")
    return Finding("Measures", "ok", ", ".join(measure.description.name for measure in catalog.list_measures()))


def check_formats(home: Home) -> Finding:
    from core.formats.catalog import FormatCatalog

    formats = FormatCatalog().list_formats()
    broken = [f"{info.slug}: {info.unavailable_reason}" for info in formats if not info.is_available]
    if broken:
        return Finding("Formats", "warning", "; ".join(broken), "The other formats can be used.")
    return Finding("Formats", "ok", ", ".join(info.slug for info in formats))


def check_devices(home: Home) -> Finding:
    from core.runs.processes.devices import probe_devices

    report = probe_devices()
    if report.gpus:
        gpus = ", ".join(f"{gpu.name} ({in_bytes(gpu.free_bytes)} free)" for gpu in report.gpus)
        return Finding("Devices", "ok", f"{gpus}; PyTorch {report.torch_version}, CUDA {report.cuda_version}")
    if not report.torch_version:
        return Finding(
            "Devices", "error", report.gpu_reason, "Run python3 packaging/dev.py env, or install Calque again."
        )
    return Finding("Devices", "ok", f"CPU only: {report.gpu_reason}")
