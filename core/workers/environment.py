"""The environment of a run's child process: offline, private, and without anything that a library could reach out with.

The parent calls both functions before it starts the child. What Ultralytics would keep in the person's home (settings,
fonts) lives in the run's own folder; proxies, tokens and keys of the parent's environment are not passed on.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

CONFIG_FOLDER = "config"
FONT_NAMES = ("Arial.ttf", "Arial.Unicode.ttf")
PROXY_VARIABLE = "CALQUE_HTTPS_PROXY"  # read by core.workers.pretrained alone, for a download the person asked for

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

_SYSTEM_FONTS = (
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
    Path("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"),
    Path("/Library/Fonts/Arial.ttf"),
    Path("/System/Library/Fonts/Supplemental/Arial.ttf"),
    Path("C:/Windows/Fonts/arial.ttf"),
)


def child_environment(run_folder: Path, parent: Mapping[str, str] | None = None) -> dict[str, str]:
    """The whole environment to start the child with. `parent` None = this process's."""
    source = os.environ if parent is None else parent
    kept = {name: value for name, value in source.items() if _is_inherited(name)}
    proxy = source.get("https_proxy") or source.get("HTTPS_PROXY")
    if proxy:
        kept[PROXY_VARIABLE] = proxy
    config = run_folder / CONFIG_FOLDER
    return {
        **kept,
        "YOLO_CONFIG_DIR": str(config),
        "YOLO_OFFLINE": "1",
        "YOLO_AUTOINSTALL": "0",
        "ULTRALYTICS_SAFE_LOAD": "1",
        "HF_HUB_OFFLINE": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(config / "matplotlib"),
        "TORCH_HOME": str(config / "torch"),
        # The engine's own default, set before torch can be imported: the worker then chooses its thread count.
        "OMP_NUM_THREADS": "1",
        # Waiting threads yield soon: two trainings, or a training and the window, share cores without starving.
        "GOMP_SPINCOUNT": "20000",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONFAULTHANDLER": "1",
    }


def prepare_private_config(run_folder: Path) -> Path:
    """Write what the engine would otherwise fetch or create in the person's home; returns its folder."""
    folder = run_folder / CONFIG_FOLDER / "Ultralytics"
    folder.mkdir(parents=True, exist_ok=True)
    settings = engine_settings(run_folder)
    (folder / "settings.json").write_text(json.dumps(settings, indent=2), encoding="utf-8")
    font = find_font()
    for name in FONT_NAMES:
        if font is not None and not (folder / name).exists():
            shutil.copyfile(font, folder / name)
    return folder


def engine_settings(run_folder: Path) -> dict[str, str | bool]:
    """Every key of the engine's settings (8.4): it rewrites a file with other keys. All that reports is off."""
    return {
        "settings_version": "0.0.8",
        "datasets_dir": str(run_folder / CONFIG_FOLDER / "datasets"),
        "weights_dir": str(run_folder / CONFIG_FOLDER / "weights"),
        "runs_dir": str(run_folder / CONFIG_FOLDER / "runs"),
        "uuid": "0" * 64,
        "sync": False,
        "api_key": "",
        "openai_api_key": "",
        "clearml": False,
        "comet": False,
        "dvc": False,
        "mlflow": False,
        "raytune": False,
        "tensorboard": False,
        "wandb": False,
        "vscode_msg": False,
        "openvino_msg": False,
    }


def find_font() -> Path | None:
    """A TrueType font on this computer: matplotlib's own (it comes with the engine), else one of the system's."""
    spec = importlib.util.find_spec("matplotlib")
    packaged = (
        [Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"] if spec and spec.origin else []
    )
    return next((path for path in [*packaged, *_SYSTEM_FONTS] if path.is_file()), None)


def _is_inherited(name: str) -> bool:
    return name.upper() in _INHERITED or name.upper().startswith(_INHERITED_PREFIXES)
