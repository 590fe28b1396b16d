"""The named configurations that come with the YOLO workers; each field of them can be changed."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.workers import ConfigValue

FAST = "Fast on small data"

# Found by trying variants on the drawn sample project, and on a second set to see that it is not tuned to one alone:
# small batches with a step each, a short warm-up, little augmentation, all free cores.
_FAST: Mapping[str, ConfigValue] = {
    "epochs": 15,
    "imgsz": 320,
    "batch": 4,
    "nbs": 4,
    "warmup_epochs": 1.0,
    "rect": True,
    "scale": 0.2,
    "cache": True,
    "speed": "fastest",
}

PRESETS: Mapping[str, Mapping[str, ConfigValue]] = {
    FAST: _FAST,
    "Performance first": {"size": "n", "imgsz": 512, "epochs": 50},
    "Balance": {"size": "s", "imgsz": 640, "epochs": 100},
    "Accuracy first": {"size": "m", "imgsz": 640, "epochs": 150},
}
