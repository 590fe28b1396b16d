"""The named configurations that come with the YOLO workers; each field of them can be changed."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.workers import ConfigValue

FAST, BALANCE, BALANCE_ON_CPU = "Fast on small data", "Balance", "Balance on the CPU"
FROM_STARTER = "From a starter"

# Found by trying some thirty variants on the drawn sample project and on scanned pages (several seeds; docs/adr/0018):
# small batches with a step each, enough of them, a short warm-up, an optimizer that needs no warming of its own, little
# augmentation, small images.
_FAST: Mapping[str, ConfigValue] = {
    "epochs": 60,
    "imgsz": 256,
    "batch": 4,
    "nbs": 4,
    "optimizer": "AdamW",
    "lr0": 0.003,
    "momentum": 0.9,
    "warmup_epochs": 1.0,
    "warmup_bias_lr": 0.0,
    "rect": True,
    "scale": 0.2,
    "cache": True,
    "validate_every": 4,
    "speed": "fastest",
}

# Weights that know the task are spoiled by steps as large as random ones need, and fewer epochs do. What is left to
# learn is how people draw their boxes: larger images show it, and a heavier weight of the boxes' loss asks for it.
# Chosen on one volume of scanned pages after training on another, both ways (docs/guide/starters.md).
_FROM_STARTER: Mapping[str, ConfigValue] = {**_FAST, "epochs": 40, "imgsz": 448, "lr0": 0.0015, "box": 20.0}

PRESETS: Mapping[str, Mapping[str, ConfigValue]] = {
    FAST: _FAST,
    FROM_STARTER: _FROM_STARTER,
    "Performance first": {"size": "n", "imgsz": 512, "epochs": 50},
    BALANCE: {"size": "s", "imgsz": 640, "epochs": 100},
    "Accuracy first": {"size": "m", "imgsz": 640, "epochs": 150},
    # The same, each with a network a size smaller; the smallest, "Performance first", has none below it.
    BALANCE_ON_CPU: {"size": "n", "imgsz": 640, "epochs": 100},
    "Accuracy first on the CPU": {"size": "s", "imgsz": 640, "epochs": 150},
}
