"""The environment of a run's child process: private, offline, and without anything that a library could reach out with.

The parent asks for it before it starts the child. Proxies, tokens and keys of the parent's environment are not passed
on. What an engine wants beside that (settings of its own, variables) its worker declares (`WorkerDescription.prepare`),
and whether it has a Python of its own (`WorkerDescription.python`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from core.errors import WorkerError
from core.workers.api import WorkerDescription

CONFIG_FOLDER = "config"
PROXY_VARIABLE = "CALQUE_HTTPS_PROXY"  # read by core.workers.pretrained alone, for a download the person asked for
PYTHON_VARIABLE = "CALQUE_CHILD_PYTHON"  # the interpreter of the child, read by core.runs.processes.launch

_INHERITED = frozenset(
    [
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TMPDIR",
        "TEMP",
        "TMP",
        "PYTHONPATH",
        "VIRTUAL_ENV",
        "LD_LIBRARY_PATH",
        "CUDA_VISIBLE_DEVICES",
        "CUDA_DEVICE_ORDER",
        "CUDA_HOME",
        "CUDA_PATH",
        "XDG_RUNTIME_DIR",
        "SYSTEMROOT",
        "SYSTEMDRIVE",
        "WINDIR",
        "COMSPEC",
        "PATHEXT",
        "APPDATA",
        "LOCALAPPDATA",
        "PROGRAMDATA",
        "USERPROFILE",
    ]
)
_INHERITED_PREFIXES = ("LC_", "NVIDIA_", "CALQUE_")


def prepare_environment(
    description: WorkerDescription | None,
    run_folder: Path,
    parent: Mapping[str, str] | None = None,
    *,
    may_use_network: bool = False,
) -> dict[str, str]:
    """The whole environment to start the child with, and what its worker needs written into the run's folder.

    `description` None = the run needs no worker. `parent` None = this process's. Raises OSError when the folder cannot
    be written, WorkerError when the worker's own Python is not there.
    """
    made = child_environment(run_folder, parent, may_use_network=may_use_network)
    if description is None:
        return made
    if description.prepare is not None:
        made |= description.prepare(run_folder / CONFIG_FOLDER)
    if description.python:
        made[PYTHON_VARIABLE] = str(own_python(description))
    return made


def child_environment(
    run_folder: Path, parent: Mapping[str, str] | None = None, *, may_use_network: bool = False
) -> dict[str, str]:
    """What every child gets, whatever its worker is. `parent` None = this process's.

    A proxy, whose address may hold a password, is for a child alone that may fetch something.
    """
    source = os.environ if parent is None else parent
    kept = {name: value for name, value in source.items() if _is_inherited(name)}
    for own in (PYTHON_VARIABLE, PROXY_VARIABLE):
        kept.pop(own, None)
    proxy = source.get("https_proxy") or source.get("HTTPS_PROXY")
    if proxy and may_use_network:
        kept[PROXY_VARIABLE] = proxy
    config = run_folder / CONFIG_FOLDER
    return {
        **kept,
        "HF_HUB_OFFLINE": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(config / "matplotlib"),
        # Set before a numeric library can be imported: the worker then chooses its thread count.
        "OMP_NUM_THREADS": "1",
        # Waiting threads yield soon: two trainings, or a training and the window, share cores without starving.
        "GOMP_SPINCOUNT": "20000",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONFAULTHANDLER": "1",
    }


def own_python(description: WorkerDescription) -> Path:
    """The interpreter that a worker declares for itself. Raises WorkerError when it is not there."""
    python = Path(description.python).expanduser()
    if not python.is_file():
        raise WorkerError(
            f'The Python of the method "{description.title}" is missing: {python}.',
            hint="Install the method again, or put its environment back.",
        )
    return python


def _is_inherited(name: str) -> bool:
    return name.upper() in _INHERITED or name.upper().startswith(_INHERITED_PREFIXES)
