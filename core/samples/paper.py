"""Old paper: tint, cloudiness, fibres, laid lines, foxing, dark edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

Field = npt.NDArray[np.float32]


@dataclass(frozen=True)
class PaperKind:
    """`tint` is the sheet's colour, the others say how much of each fault of age it has (0 = none, 1 = much)."""

    tint: tuple[int, int, int]
    cloudiness: float = 0.5
    foxing: float = 0.3
    edges: float = 0.5
    is_laid: bool = True


KINDS = (
    PaperKind((236, 224, 198), cloudiness=0.5, foxing=0.3, edges=0.6),
    PaperKind((226, 208, 172), cloudiness=0.8, foxing=0.7, edges=0.9),
    PaperKind((240, 234, 218), cloudiness=0.3, foxing=0.1, edges=0.3, is_laid=False),
    PaperKind((221, 214, 200), cloudiness=0.6, foxing=0.2, edges=0.7),
    PaperKind((232, 216, 186), cloudiness=0.7, foxing=0.5, edges=0.4, is_laid=False),
)


def draw_paper(kind: PaperKind, width: int, height: int, chance: np.random.Generator) -> Field:
    """An empty sheet as height x width x 3 values of 0 to 1."""
    shade = np.ones((height, width), dtype=np.float32)
    for cells, strength in ((5, 0.045), (14, 0.03), (60, 0.02)):
        shade += strength * kind.cloudiness * cloud(width, height, cells, chance)
    shade += 0.011 * chance.standard_normal((height, width), dtype=np.float32)  # fibres and the scanner's grain
    if kind.is_laid:
        rows = np.arange(height, dtype=np.float32) * (2 * np.pi / chance.uniform(4.2, 5.2))
        chains = np.arange(width, dtype=np.float32)[None] % chance.integers(85, 110)
        shade += 0.006 * np.sin(rows)[:, None] - 0.014 * (chains < 1.5)
    shade -= kind.edges * _edge_shadow(width, height, chance)
    tint = np.array(kind.tint, dtype=np.float32) / 255
    sheet: Field = np.multiply(shade[..., None], tint, dtype=np.float32)
    # What is dark with age is also brown: blue fades first.
    stain = np.clip(1.0 - shade, 0, 1)[..., None] * np.array([0.0, 0.12, 0.35], dtype=np.float32)
    sheet -= stain
    for _ in range(chance.poisson(18 * kind.foxing)):
        _add_fox_mark(sheet, chance)
    np.clip(sheet, 0, 1, out=sheet)
    return sheet


def cloud(width: int, height: int, cells: int, chance: np.random.Generator) -> Field:
    """Smooth noise of about -1 to 1 with features of a `cells`-th of the width."""
    rows = max(2, round(cells * height / width))
    coarse = Image.fromarray(chance.uniform(-1, 1, (rows, cells)).astype(np.float32))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))


def _edge_shadow(width: int, height: int, chance: np.random.Generator) -> Field:
    """Darker towards the edges, most towards the fold on one side."""
    x = np.linspace(0, 1, width, dtype=np.float32)
    y = np.linspace(0, 1, height, dtype=np.float32)
    fold = x if chance.random() < 0.5 else 1 - x
    across = 0.30 * np.exp(-fold / 0.035) + 0.10 * np.exp(-(1 - fold) / 0.03)
    down = 0.10 * np.exp(-y / 0.025) + 0.12 * np.exp(-(1 - y) / 0.025)
    ragged = 1 + 0.5 * cloud(width, height, 9, chance)
    shadow: Field = (across[None, :] + down[:, None]) * ragged
    return shadow


def _add_fox_mark(sheet: Field, chance: np.random.Generator) -> None:
    """A rusty spot with a soft rim."""
    height, width, _ = sheet.shape
    radius = float(chance.gamma(2.0, 2.2)) + 1.5
    x, y = chance.uniform(0, width), chance.uniform(0, height)
    reach = int(radius * 3) + 1
    x0, x1 = max(0, int(x) - reach), min(width, int(x) + reach)
    y0, y1 = max(0, int(y) - reach), min(height, int(y) + reach)
    columns, rows = np.arange(x0, x1, dtype=np.float32) - x, np.arange(y0, y1, dtype=np.float32) - y
    distance = np.hypot(columns[None, :], rows[:, None] * chance.uniform(0.8, 1.2)) / radius
    depth = chance.uniform(0.08, 0.26) * np.exp(-(distance**2))
    sheet[y0:y1, x0:x1] *= 1 - depth[..., None] * np.array([0.5, 0.9, 1.25], dtype=np.float32)
