"""Where weights learned from ImageNet come from: a package that Calque depends on, and torchvision's makers."""

from __future__ import annotations

import re

from core.workers.builtin.backbones.lite0 import LITE0_SOURCE
from core.workers.builtin.vision.networks import NETWORKS
from core.workers.pretrained import PretrainedSource

SOURCE = PretrainedSource(
    base_url="https://download.pytorch.org/models",
    names=re.compile("|".join(re.escape(facts.pretrained) for facts in NETWORKS.values() if facts.builder)),
    magic=(b"PK\x03\x04", b"\x80\x02"),  # torch writes zip archives; once it wrote pickles, one after the other
    bundled=LITE0_SOURCE.bundled,
    sha256=LITE0_SOURCE.sha256,
    maker=f"torchvision; {LITE0_SOURCE.maker}",
    learned_from=LITE0_SOURCE.learned_from,
    code_licence="BSD-3-Clause",
    weights_licences=dict.fromkeys(LITE0_SOURCE.sha256, LITE0_SOURCE.weights_licence),
)
