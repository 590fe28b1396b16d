"""What Ultralytics would fetch, or keep in the person's home, lies in the run's own folder; all that reports is off."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

FONT_NAMES = ("Arial.ttf", "Arial.Unicode.ttf")

_SYSTEM_FONTS = (
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
    Path("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"),
    Path("/Library/Fonts/Arial.ttf"),
    Path("/System/Library/Fonts/Supplemental/Arial.ttf"),
    Path("C:/Windows/Fonts/arial.ttf"),
)


def prepare(config: Path) -> dict[str, str]:
    """Write settings and fonts below `config`; the variables that make the engine look there. Raises OSError."""
    folder = config / "Ultralytics"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.json").write_text(json.dumps(engine_settings(config), indent=2), encoding="utf-8")
    font = find_font()
    for name in FONT_NAMES:
        if font is not None and not (folder / name).exists():
            shutil.copyfile(font, folder / name)
    return {
        "YOLO_CONFIG_DIR": str(config),
        "YOLO_OFFLINE": "1",
        "YOLO_AUTOINSTALL": "0",
        "ULTRALYTICS_SAFE_LOAD": "1",
        "TORCH_HOME": str(config / "torch"),
    }


def engine_settings(config: Path) -> dict[str, str | bool]:
    """Every key of the engine's settings (8.4): it rewrites a file with other keys."""
    return {
        "settings_version": "0.0.8",
        "datasets_dir": str(config / "datasets"),
        "weights_dir": str(config / "weights"),
        "runs_dir": str(config / "runs"),
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
