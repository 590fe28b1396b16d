"""What torch can see, asked in a process that may die of the question: a broken driver can hang or crash it."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

MARK = "calque-devices "
"""Before the answer: libraries print what they like around it."""


def print_devices() -> None:
    """One line of JSON on standard output."""
    sys.stdout.write(f"\n{MARK}{json.dumps(find_devices())}\n")
    sys.stdout.flush()


def find_devices() -> dict[str, Any]:
    try:
        # By name: no module of core but the workers' heavy halves may import the engine, and this one is run alone.
        torch = importlib.import_module("torch")
    except BaseException as error:  # noqa: BLE001 - importing torch can raise anything, and the probe has to say what
        return {"import_error": f"{type(error).__name__}: {_first_line(error)}"}
    found: dict[str, Any] = {
        "torch": str(torch.__version__),
        "cuda": str(torch.version.cuda or ""),
        "driver": _driver_version(),
        "gpus": [],
        "problem": "",
    }
    if not found["cuda"]:
        return found
    try:
        torch.cuda.init()
        found["gpus"] = [_gpu(torch, index) for index in range(torch.cuda.device_count())]
    except (RuntimeError, AssertionError, OSError) as error:
        found["problem"] = _first_line(error)
    return found


def _gpu(torch: Any, index: int) -> dict[str, Any]:
    free, total = torch.cuda.mem_get_info(index)
    return {"name": torch.cuda.get_device_name(index), "total": int(total), "free": int(free)}


def _driver_version() -> str:
    """As Linux' kernel module states it; "" where there is none, or elsewhere."""
    try:
        words = Path("/proc/driver/nvidia/version").read_text().split()
    except OSError:
        return ""
    return next((word for word in words if word[0].isdigit() and "." in word), "unknown")


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "no explanation")[:300]
