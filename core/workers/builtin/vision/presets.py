"""The named configurations that come with the workers that label images; each field of them can be changed."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.workers import ConfigValue

FAST, BALANCE = "Fast on small data", "Balance"

PRESETS: Mapping[str, Mapping[str, ConfigValue]] = {
    FAST: {"frozen": "whole", "imgsz": 128, "epochs": 30.0, "batch": 32, "optimizer": "AdamW", "validate_every": 2},
    "Performance first": {"frozen": "whole", "imgsz": 224, "epochs": 30.0},
    BALANCE: {"network": "efficientnet-lite0", "imgsz": 224, "epochs": 60.0, "frozen_share": 0.2},
    "Accuracy first": {
        "network": "efficientnet-b2",
        "imgsz": 320,
        "epochs": 120.0,
        "frozen_share": 0.1,
        "batch": 32,
    },
}
