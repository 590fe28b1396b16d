"""Which devices a run can compute on, and why there is no GPU when there is none.

torch is asked in a short process: never in ours, it costs 650 MB and two seconds, and can crash or hang.
"""

from __future__ import annotations

import json
import platform
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from core.domain.devices import Device, DeviceReport
from core.runs.processes.device_probe import MARK
from core.runs.processes.launch import Finding, ask_for_devices
from core.runs.story.verdict import signal_name

TIMEOUT_S = 20.0

_lock = threading.Lock()
_known: list[DeviceReport] = []


def probe_devices(*, refresh: bool = False) -> DeviceReport:
    """Takes seconds the first time; the answer is kept for this process unless a fresh one is asked for."""
    with _lock:
        if refresh or not _known:
            _known[:] = [report_of(ask_for_devices(TIMEOUT_S))]
        return _known[0]


def cpu_device() -> Device:
    """Known at once, without asking torch."""
    memory = psutil.virtual_memory()
    return Device("cpu", cpu_name(), memory.total, memory.available)


def cpu_name() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(errors="replace")
    except OSError:
        text = ""
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name" and value.strip():
            return value.strip()
    return platform.processor() or "CPU"


def report_of(finding: Finding) -> DeviceReport:
    """What a probe's output means."""
    answer = _answer(finding)
    if answer is None:
        return DeviceReport((cpu_device(),), _no_answer(finding))
    gpus = tuple(
        Device(f"cuda:{index}", str(gpu["name"]), int(gpu["total"]), int(gpu["free"]))
        for index, gpu in enumerate(answer.get("gpus", ()))
    )
    return DeviceReport(
        devices=(cpu_device(), *gpus),
        gpu_reason="" if gpus else _reason(answer),
        torch_version=str(answer.get("torch", "")),
        cuda_version=str(answer.get("cuda", "")),
        driver_version=str(answer.get("driver", "")),
    )


def _answer(finding: Finding) -> Mapping[str, Any] | None:
    for line in finding.output.splitlines():
        if line.startswith(MARK):
            try:
                value = json.loads(line.removeprefix(MARK))
            except ValueError:
                return None
            return value if isinstance(value, dict) else None
    return None


def _no_answer(finding: Finding) -> str:
    if finding.returncode is None:
        return (
            f"The search for GPUs did not end within {TIMEOUT_S:.0f} seconds: a GPU driver hangs. "
            "Restart the computer, or update the driver."
        )
    if finding.returncode < 0:
        how = f"signal {-finding.returncode} ({signal_name(-finding.returncode)})"
    else:
        how = f"exit code {finding.returncode}"
    return f"The search for GPUs crashed with {how}. Update the GPU driver, or reinstall PyTorch."


def _reason(answer: Mapping[str, Any]) -> str:
    """Three troubles, three sentences, each with what mends it."""
    if "import_error" in answer:
        return f"PyTorch cannot be loaded ({answer['import_error']}). Reinstall it: pip install --force-reinstall torch"
    if not answer["cuda"]:
        return (
            f"This build of PyTorch ({answer['torch']}) is CPU-only. For an NVIDIA GPU install the CUDA build: "
            "pip install --force-reinstall torch --index-url https://download.pytorch.org/whl/cu128"
        )
    problem = str(answer["problem"])
    if "too old" in problem or "insufficient" in problem:
        return (
            f"The NVIDIA driver{_version(answer)} is too old for this PyTorch, which needs one for "
            f"CUDA {answer['cuda']}. Update the driver."
        )
    if not answer["driver"] and ("no nvidia driver" in problem.lower() or not problem):
        return "No NVIDIA driver was found on this computer. Install it if there is an NVIDIA GPU."
    if "no cuda-capable device" in problem.lower() or "No CUDA GPUs" in problem or not problem:
        return f"An NVIDIA driver{_version(answer)} is installed, but no GPU answers. Is it switched on and allowed?"
    return f"The GPU cannot be used: {problem.rstrip('.')}. Update the NVIDIA driver, or restart the computer."


def _version(answer: Mapping[str, Any]) -> str:
    return f" ({answer['driver']})" if answer["driver"] else ""
