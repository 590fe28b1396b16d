"""Turns a flat page into a picture of one: paper, age, what shines through, the table it lies on, lens and scanner."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image, ImageFilter

from core.samples.pages.figures import Field, smooth_noise
from core.samples.pages.ink import Outline, Page
from core.samples.pages.scripts import Chance

_TINTS = ((238, 226, 200), (226, 208, 172), (240, 235, 222), (222, 215, 202), (232, 214, 184), (246, 246, 244),
          (205, 188, 158), (228, 226, 214))  # fmt: skip


def age(page: Page) -> Image.Image:
    """The flat page as an RGB picture: its ink on paper with the faults of age."""
    chance = page.chance
    width, height = page.width, page.height
    shade = 1 + chance.uniform(0.01, 0.06) * smooth_noise(width, height, int(chance.integers(3, 9)), chance)
    shade += chance.uniform(0, 0.03) * smooth_noise(width, height, 60, chance)
    shade += chance.uniform(0, 0.25) * chance.random() * -_towards_edges(width, height, chance)
    tint = np.array(_TINTS[chance.integers(len(_TINTS))], np.float32) / 255 + chance.normal(0, 0.02)
    sheet: Field = np.multiply(shade[..., None], tint, dtype=np.float32)
    for _ in range(chance.poisson(1.0) if chance.random() < 0.4 else 0):
        _stain(sheet, chance)
    _show_through(sheet, page)
    if chance.random() < 0.06:
        _guide_lines(sheet, chance)
    wear = 1 - chance.uniform(0, 0.35) * np.clip(smooth_noise(width, height, 40, chance), 0, 1)
    for colour, layer in page.layers.items():
        covered = (layer * wear / np.float32(255))[..., None]
        sheet *= 1 - covered * (1 - np.array(colour, np.float32) / 255)
    return Image.fromarray((np.clip(sheet, 0, 1) * 255).astype(np.uint8))


def photograph(flat: Image.Image, outlines: list[Outline], chance: Chance) -> tuple[Image.Image, list[Outline]]:
    """The page bent, turned and laid on something, then through a camera; its outlines where they ended up."""
    bend = _Bend(flat.width, flat.height, chance)
    picture = bend.picture(flat, _ground(bend.width, bend.height, chance))
    picture = _expose(picture, chance)
    return picture, [bend.forth(outline) for outline in outlines]


class _Bend:
    """A smooth map from places of the picture to places of the flat page, and back."""

    def __init__(self, width: int, height: int, chance: Chance) -> None:
        self.source = (width, height)
        has_border = chance.random() < 0.6
        margins = chance.uniform(0, 0.1, 4) * (width, width, height, height) if has_border else np.zeros(4)
        self.left, self.top = float(margins[0]), float(margins[2])
        self.width, self.height = round(width + margins[0] + margins[1]), round(height + margins[2] + margins[3])
        self._angle = float(np.radians(chance.normal(0, 1.1))) if chance.random() < 0.8 else 0.0
        self._sag = float(chance.normal(0, 0.006)) * height if chance.random() < 0.6 else 0.0
        self._phase = float(chance.uniform(0, np.pi))
        self._lean = chance.normal(0, 0.012, 2) if chance.random() < 0.4 else np.zeros(2)

    def back(self, points: Outline) -> Outline:
        """Where on the flat page lies what the picture shows at `points`."""
        width, height = self.source
        x, y = points[:, 0] - self.left - width / 2, points[:, 1] - self.top - height / 2
        cos, sin = np.cos(self._angle), np.sin(self._angle)
        u, v = x * cos - y * sin, x * sin + y * cos
        depth = 1 + self._lean[0] * u / width + self._lean[1] * v / height
        u, v = u * depth, v * depth
        v = v + self._sag * np.sin(np.pi * u / width + self._phase)
        return np.stack([u + width / 2, v + height / 2], axis=1)

    def forth(self, points: Outline) -> Outline:
        """The other way, kept within the picture: by steps that halve the error several times over."""
        found = np.add(points, (self.left, self.top))
        for _ in range(8):
            found = found - (self.back(found) - points)
        return np.clip(found, 0, (self.width, self.height))

    def picture(self, flat: Image.Image, ground: Image.Image) -> Image.Image:
        step = 48
        xs, ys = np.arange(0, self.width + step, step), np.arange(0, self.height + step, step)
        grid = np.stack(np.meshgrid(xs, ys), axis=-1).astype(np.float64)
        sources = self.back(grid.reshape(-1, 2)).reshape(grid.shape)
        mesh = []
        for row in range(len(ys) - 1):
            for column in range(len(xs) - 1):
                box = (int(xs[column]), int(ys[row]), int(xs[column + 1]), int(ys[row + 1]))
                corners = (
                    sources[row, column],
                    sources[row + 1, column],
                    sources[row + 1, column + 1],
                    sources[row, column + 1],
                )
                mesh.append((box, tuple(float(value) for corner in corners for value in corner)))
        size = (len(xs) * step, len(ys) * step)
        bent = flat.transform(size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
        seen = Image.new("L", flat.size, 255).transform(size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
        whole = (0, 0, self.width, self.height)
        ground.paste(bent.crop(whole), (0, 0), seen.crop(whole))
        return ground


def _ground(width: int, height: int, chance: Chance) -> Image.Image:
    """What the page lies on: black, white, grey or brown, with the leaves of a book's block here and there."""
    tone = np.array(_GROUNDS[chance.integers(len(_GROUNDS))], np.float32)
    field = tone + 8 * smooth_noise(width, height, 6, chance)[..., None]
    if chance.random() < 0.3:
        x = np.arange(width, dtype=np.float32)
        leaves = 18 * np.sin(x * chance.uniform(0.8, 2)) * (chance.random() + 0.3)
        field = field * 0.5 + 90 + leaves[None, :, None]
    return Image.fromarray(np.clip(field, 0, 255).astype(np.uint8))


_GROUNDS = ((12, 12, 14), (35, 32, 30), (240, 240, 238), (120, 118, 115), (92, 70, 50), (205, 203, 200), (60, 62, 70))


def _expose(picture: Image.Image, chance: Chance) -> Image.Image:
    """Light, focus, grain, colours and compression."""
    if chance.random() < 0.35:
        picture = picture.filter(ImageFilter.GaussianBlur(float(chance.uniform(0.2, 0.9))))
    pixels = np.asarray(picture, np.float32)
    if chance.random() < 0.4:
        light = smooth_noise(picture.width, picture.height, 2, chance)
        pixels = pixels * (1 + chance.uniform(0, 0.22) * light[..., None])
    pixels = (pixels - 128) * chance.uniform(0.72, 1.25) + 128 + chance.normal(0, 12)
    pixels = pixels + chance.uniform(0, 7) * chance.standard_normal((*pixels.shape[:2], 1), dtype=np.float32)
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    colours = chance.random()
    if colours < 0.22:
        picture = picture.convert("L").convert("RGB")
    elif colours < 0.27:
        picture = _bitonal(picture, chance)
    elif colours < 0.29:
        picture = Image.eval(picture.convert("L"), lambda value: 255 - value).convert("RGB")
    return _compressed(picture, int(chance.integers(35, 95)))


def _bitonal(picture: Image.Image, chance: Chance) -> Image.Image:
    grey = picture.convert("L")
    around = np.asarray(grey.filter(ImageFilter.BoxBlur(12)), np.float32)
    black = np.asarray(grey, np.float32) < around * chance.uniform(0.8, 0.92)
    return Image.fromarray(np.where(black, 0, 255).astype(np.uint8)).convert("RGB")


def _compressed(picture: Image.Image, quality: int) -> Image.Image:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def _towards_edges(width: int, height: int, chance: Chance) -> Field:
    x, y = np.linspace(0, 1, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32)
    fold = x if chance.random() < 0.5 else 1 - x
    reach = chance.uniform(0.02, 0.12)
    shadow: Field = np.exp(-fold / reach)[None, :] + 0.5 * np.exp(-np.minimum(y, 1 - y) / 0.04)[:, None]
    return shadow


def _show_through(sheet: Field, page: Page) -> None:
    """The back's ink, mirrored and faint."""
    if page.chance.random() < 0.35 or not page.layers:
        return
    strength = np.float32(page.chance.uniform(0.01, 0.22) * page.chance.random())
    back = Image.fromarray(next(iter(page.layers.values()))[:, ::-1]).filter(ImageFilter.BoxBlur(1))
    shift = tuple(int(value) for value in page.chance.integers(-14, 15, 2))
    sheet *= 1 - strength * (np.roll(np.asarray(back, np.float32), shift, (0, 1)) / 255)[..., None]


def _stain(sheet: Field, chance: Chance) -> None:
    """A blot or the edge that water left."""
    height, width, _ = sheet.shape
    field = smooth_noise(width, height, int(chance.integers(2, 6)), chance)
    edge = np.clip(1 - np.abs(field - 0.3) * 25, 0, 1) if chance.random() < 0.5 else np.clip(field * 3 - 1.5, 0, 1)
    sheet *= 1 - chance.uniform(0.03, 0.2) * edge[..., None] * np.array([0.4, 0.7, 1.0], np.float32)


def _guide_lines(sheet: Field, chance: Chance) -> None:
    pitch = int(chance.integers(9, 30))
    sheet[chance.integers(pitch) :: pitch] *= np.array([0.8, 0.86, 0.93], np.float32)


def shape_of(chance: Chance, longer: int) -> tuple[int, int]:
    """Width and height: mostly upright, at times square or two facing pages."""
    ratio = chance.uniform(0.52, 0.8) if chance.random() < 0.8 else chance.uniform(0.8, 1.6)
    return (round(longer * ratio), longer) if ratio < 1 else (longer, round(longer / ratio))
