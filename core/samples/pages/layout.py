"""Composes flat pages: columns of prose, verse and dialogue, headings, tables, pictures, and what stands round them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import numpy as np

from core.samples.ornaments import draw_initial, draw_stamp
from core.samples.pages.figures import draw_band, draw_figure, draw_vignette
from core.samples.pages.ink import Colour, Habit, Page, Style
from core.samples.pages.scripts import N_BANKS, Chance

_RED: Colour = (150, 40, 30)
_STAMP_INKS: tuple[Colour, ...] = ((60, 70, 140), (160, 50, 50), (50, 50, 60), (60, 110, 80))

_MOODS = (
    # paragraph, heading, speaker, verse, figure, table, rule
    (10, 0.6, 0.0, 0.3, 0.25, 0.05, 0.3),  # prose
    (5, 0.4, 5.0, 0.6, 0.05, 0.0, 0.3),  # a play
    (2, 0.6, 0.2, 8.0, 0.3, 0.0, 0.3),  # poems
    (5, 1.0, 0.2, 0.2, 3.0, 0.1, 0.3),  # a picture book
    (2, 0.5, 0.0, 0.5, 0.2, 3.0, 0.5),  # accounts
    (3, 2.5, 0.5, 1.0, 0.5, 0.2, 1.0),  # a title, notices
)
_BLOCKS = ("paragraph", "heading", "speaker", "verse", "figure", "table", "rule")


@dataclass(frozen=True)
class Area:
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0


def compose(page: Page) -> None:
    """Fills the page, or two that face each other when it is wide."""
    chance = page.chance
    if page.width > 1.15 * page.height and chance.random() < 0.8:
        style = _style(page, page.width / 2)
        for left in (0.0, page.width / 2):
            _compose_leaf(page, Area(left, 0, left + page.width / 2, page.height), style)
    else:
        _compose_leaf(page, Area(0, 0, page.width, page.height), _style(page, page.width))
    if chance.random() < 0.12:
        _stamp(page)


def _style(page: Page, width: float) -> Style:
    """The hand of the text. Between 8 and some 50 lines fit a page; few fit most often."""
    chance = page.chance
    n_lines = 8 + 44 * chance.beta(1.4, 2.2)
    pitch = max(5.5, page.height * 0.82 / n_lines)
    bank = int(chance.integers(N_BANKS))
    looseness = chance.uniform(2.1, 3.1) if chance.random() < 0.85 else chance.uniform(3, 4.5)
    is_written = bank % 6 in (2, 3)
    shade = int(chance.integers(15, 80))
    return Style(
        bank=bank,
        x_height=max(2.0, min(pitch / looseness, width / 14)),
        pitch=pitch,
        stretch=float(chance.uniform(0.82, 1.2)),
        shake=float(chance.uniform(0.02, 0.16)) if is_written else 0.02,
        strength=float(chance.uniform(0.55, 1.0)),
        colour=(shade + int(chance.integers(0, 25)), shade + int(chance.integers(0, 10)), shade),
    )


def _compose_leaf(page: Page, leaf: Area, style: Style) -> None:
    chance = page.chance
    fate = chance.random()
    if fate < 0.03:
        return
    if fate < 0.07:
        _figure(page, _inset(leaf, chance.uniform(0.06, 0.2), chance.uniform(0.06, 0.3)), style)
        return
    left, right = chance.uniform(0.04, 0.2, 2) * leaf.width
    top, bottom = chance.uniform(0.04, 0.13) * leaf.height, chance.uniform(0.04, 0.3) * leaf.height
    has_margin = chance.random() < 0.25
    if has_margin and chance.random() < 0.5:
        right = chance.uniform(0.2, 0.32) * leaf.width
    elif has_margin:
        left = chance.uniform(0.2, 0.32) * leaf.width
    body = Area(leaf.x0 + left, leaf.y0 + top, leaf.x1 - right, leaf.y1 - bottom)
    body = _head(page, body, style)
    if has_margin:
        side = left > right
        notes = Area(leaf.x0 + 0.03 * leaf.width, body.y0, body.x0 - 0.02 * leaf.width, body.y1)
        if not side:
            notes = Area(body.x1 + 0.02 * leaf.width, body.y0, leaf.x1 - 0.03 * leaf.width, body.y1)
        _margin(page, notes, style)
    if chance.random() < 0.12:
        body = _foot_notes(page, body, style)
    _columns(page, body, style)
    _foot(page, body, style)


def _columns(page: Page, body: Area, style: Style) -> None:
    chance = page.chance
    widest = body.width / style.x_height
    n_columns = int(chance.choice([1, 1, 1, 2, 2, 3])) if widest > 34 else 1
    gap = style.x_height * chance.uniform(1.2, 3)
    width = (body.width - gap * (n_columns - 1)) / n_columns
    if n_columns > 1 and width > 10 * style.x_height and chance.random() < 0.4:
        for number in range(1, n_columns):
            x = body.x0 + number * (width + gap) - gap / 2
            page.rule(x, body.y0, x + 1, body.y1, style.colour)
    mood = np.array(_MOODS[chance.choice(len(_MOODS), p=(0.42, 0.2, 0.12, 0.12, 0.07, 0.07))])
    for number in range(n_columns):
        x0 = body.x0 + number * (width + gap)
        _fill(page, Area(x0, body.y0, x0 + width, body.y1), style, mood / mood.sum())


def _fill(page: Page, area: Area, style: Style, mood: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    """Block after block until the column is full, or the text ends."""
    chance = page.chance
    y = area.y0
    if chance.random() < 0.15:
        y = _band(page, area, style)
    end = area.y1 if chance.random() < 0.75 else area.y0 + area.height * chance.uniform(0.2, 1)
    while y + style.pitch < end:
        block = _BLOCKS[chance.choice(len(_BLOCKS), p=mood)]
        rest = Area(area.x0, y, area.x1, end)
        if block == "paragraph":
            y = _paragraph(page, rest, style)
        elif block == "heading":
            y = _heading(page, rest, style)
        elif block == "speaker":
            y = _speaker(page, rest, style)
        elif block == "verse":
            y = _verse(page, rest, style)
        elif block == "figure":
            y = _picture(page, rest, style)
        elif block == "table":
            y = _table(page, rest, style)
        else:
            y = _divider(page, rest, style)
    if end < area.y1 - 4 * style.pitch and chance.random() < 0.3:
        size = area.width * chance.uniform(0.15, 0.4)
        x = (area.x0 + area.x1 - size) / 2
        _print_figure(page, draw_vignette(round(size), round(size * 0.7), chance), x, end + style.pitch, style)


def _paragraph(page: Page, area: Area, style: Style) -> float:
    chance = page.chance
    n_lines = int(chance.integers(1, 12))
    indent = style.x_height * float(chance.choice([0, 1.5, 2.5, -1.5]))
    is_justified = chance.random() < 0.75
    y, first = area.y0 + style.pitch, True
    top, inset = area.y0, 0.0
    n_beside = 0
    if n_lines > 3 and chance.random() < 0.13:
        n_beside = int(chance.integers(2, min(n_lines, 5)))
        inset = _initial(page, area.x0, area.y0 + 0.4 * style.pitch, n_beside * style.pitch, style)
    for number in range(n_lines):
        if y > area.y1:
            break
        x = area.x0 + (max(indent, 0) if first else max(-indent, 0)) if not inset else area.x0
        x += inset if number < n_beside else 0.0
        is_last = number == n_lines - 1
        width = (area.x1 - x) * (chance.uniform(0.15, 0.95) if is_last else 1.0)
        page.write(x, y, width, style, is_justified=is_justified and not is_last)
        y, first = y + style.pitch, False
    if y - top > 1.6 * style.pitch:
        foot = y - style.pitch + page.habit.below * style.x_height
        head = top + style.pitch - page.habit.above * style.x_height
        page.mark_box("text_zone", area.x0, head, area.x1, foot)
    return y - style.pitch + (style.pitch * 0.6 if chance.random() < 0.2 else 0.0)


def _heading(page: Page, area: Area, style: Style) -> float:
    chance = page.chance
    size = style.x_height * chance.uniform(0.9, 2.4)
    big = replace(style, x_height=min(size, area.width / 9), colour=_RED if chance.random() < 0.12 else style.colour)
    if chance.random() < 0.25:
        big = replace(big, bank=int(chance.integers(N_BANKS)))
    y = area.y0 + style.pitch * chance.uniform(0.1, 0.6)
    for _ in range(chance.integers(1, 4)):
        y += 2.7 * big.x_height
        if y > area.y1:
            return y
        kind = "capitals" if chance.random() < 0.6 else "words"
        spacing = float(chance.choice([0, 0, 1.0]))
        page.write(
            area.x0,
            y,
            area.width,
            big,
            kind=kind,
            n_words=int(chance.integers(1, 5)),
            align=0.5 if chance.random() < 0.85 else 0.0,
            spacing=spacing,
        )
    return y + style.pitch * chance.uniform(0, 0.5)


def _speaker(page: Page, area: Area, style: Style) -> float:
    chance = page.chance
    y = area.y0 + style.pitch * chance.uniform(1.0, 1.3)
    page.write(area.x0, y, area.width, style, kind="capitals", n_words=int(chance.integers(1, 3)), align=0.5)
    return _paragraph(page, Area(area.x0, y, area.x1, area.y1), style)


def _verse(page: Page, area: Area, style: Style) -> float:
    chance = page.chance
    x0 = area.x0 + style.x_height * chance.uniform(0, 5)
    y = area.y0 + style.pitch
    for _ in range(chance.integers(2, 10)):
        if y > area.y1:
            break
        x = x0 + style.x_height * float(chance.choice([0, 0, 2]))
        page.write(x, y, (area.x1 - x) * chance.uniform(0.35, 0.95), style, n_words=int(chance.integers(1, 9)))
        y += style.pitch
    return y - style.pitch * chance.uniform(0.2, 1)


def _picture(page: Page, area: Area, style: Style) -> float:
    chance = page.chance
    height = min(area.height - style.pitch, chance.uniform(0.25, 1.1) * area.width)
    if height < 24:
        return area.y0 + style.pitch
    width = area.width * (1.0 if chance.random() < 0.5 else chance.uniform(0.35, 0.95))
    x = area.x0 + (area.width - width) * float(chance.choice([0, 0.5, 1]))
    y = area.y0 + 0.6 * style.pitch
    _figure(page, Area(x, y, x + width, y + height), style)
    beside = Area(area.x0, y, x - style.x_height, y + height)
    if x - area.x0 < area.width / 3:
        beside = Area(x + width + style.x_height, y, area.x1, y + height)
    if beside.width > 12 * style.x_height:
        at = y
        while at + style.pitch < beside.y1:
            at = _paragraph(page, Area(beside.x0, at, beside.x1, beside.y1), style)
    end = y + height + 0.3 * style.pitch
    if chance.random() < 0.4 and end + style.pitch < area.y1:
        small = replace(style, x_height=style.x_height * 0.85)
        page.write(area.x0, end + style.pitch, area.width, small, n_words=int(chance.integers(2, 9)), align=0.5)
        end += style.pitch
    return end


def _figure(page: Page, area: Area, style: Style) -> None:
    mask, shape = draw_figure(max(12, round(area.width)), max(12, round(area.height)), page.chance)
    mask = mask[: max(12, round(area.height)), : max(12, round(area.width))]
    height, width = mask.shape
    page.print_ink(mask, area.x0, area.y0, style.colour, float(page.chance.uniform(0.6, 1)))
    if shape == "oval":
        turn = np.linspace(0, 2 * np.pi, 25)[:-1]
        middle = np.array([area.x0 + width / 2, area.y0 + height / 2])
        page.mark("illustration", middle + np.stack([width / 2 * np.cos(turn), height / 2 * np.sin(turn)], axis=1))
    else:
        page.mark_box("illustration", area.x0, area.y0, area.x0 + width, area.y0 + height)


def _band(page: Page, area: Area, style: Style) -> float:
    height = area.height * page.chance.uniform(0.03, 0.13)
    return _print_figure(
        page, draw_band(round(area.width), max(6, round(height)), page.chance), area.x0, area.y0, style
    )


def _print_figure(
    page: Page, mask: np.ndarray[tuple[int, int], np.dtype[np.uint8]], x: float, y: float, style: Style
) -> float:
    height, width = mask.shape
    if y + height >= page.height:
        return y
    page.print_ink(mask, x, y, style.colour, style.strength)
    page.mark_box("illustration", x, y, x + width, y + height)
    return y + height + 0.5 * style.pitch


def _initial(page: Page, x: float, y: float, side: float, style: Style) -> float:
    """An initial of that height; returns the room it takes."""
    chance = page.chance
    colour = _RED if chance.random() < 0.2 else style.colour
    letter = str(chance.choice(list("ABCDEFGHILMNOPQRSTV")))
    block = draw_initial(letter, max(40, round(side)), Random(int(chance.integers(2**31))))
    if chance.random() < 0.6:  # a letter without ground
        capital = style.words().capitals[chance.integers(10)]
        block = capital.crop((0, round(capital.height * 0.14), min(capital.width, 24), round(capital.height * 0.72)))
    side = side * chance.uniform(0.8, 0.95)
    mask = np.array(block.resize((max(4, round(side)), max(4, round(side)))))
    page.print_ink(mask, x, y, colour)
    page.mark_box("initial", x, y, x + mask.shape[1], y + mask.shape[0])
    return float(side + style.x_height)


def _table(page: Page, area: Area, style: Style) -> float:
    chance = page.chance
    n_columns, n_rows = int(chance.integers(2, 7)), int(chance.integers(3, 16))
    n_columns = max(2, min(n_columns, int(area.width / (6 * style.x_height))))
    row = style.pitch * chance.uniform(1.0, 1.5)
    n_rows = min(n_rows, int((area.height - style.pitch) / row))
    if n_rows < 2:
        return area.y0 + style.pitch
    edges = area.x0 + np.concatenate([[0], np.cumsum(chance.dirichlet(np.full(n_columns, 6.0)))]) * area.width
    y0, y1 = area.y0 + 0.5 * style.pitch, area.y0 + 0.5 * style.pitch + n_rows * row
    is_ruled = chance.random(2) < 0.6
    for number in range(n_rows + 1):
        if is_ruled[0] or number in (0, n_rows):
            page.rule(area.x0, y0 + number * row, area.x1, y0 + number * row + 1, style.colour)
    for x in edges if is_ruled[1] else edges[[0, -1]]:
        page.rule(x, y0, x + 1, y1, style.colour)
    fullness = chance.uniform(0.5, 1)
    pad = 0.6 * style.x_height
    for number in range(n_rows):
        for column in range(n_columns):
            if chance.random() < fullness:
                kind = "words" if column == 0 or chance.random() < 0.3 else "numbers"
                page.write(
                    edges[column] + pad,
                    y0 + (number + 1) * row - 0.35 * row,
                    edges[column + 1] - edges[column] - 2 * pad,
                    style,
                    kind=kind,
                    n_words=int(chance.integers(1, 4)),
                    align=0.0 if column == 0 else 1.0,
                )
    page.mark_box("table", area.x0, y0, area.x1, y1)
    return float(y1 + 0.5 * style.pitch)


def _divider(page: Page, area: Area, style: Style) -> float:
    width = area.width * page.chance.uniform(0.15, 1)
    x, y = (area.x0 + area.x1 - width) / 2, area.y0 + 0.6 * style.pitch
    page.rule(x, y, x + width, y + page.chance.uniform(0.8, 2.5), style.colour)
    return area.y0 + style.pitch


def _head(page: Page, body: Area, style: Style) -> Area:
    """A running title and a page number, or one of both."""
    chance = page.chance
    y = body.y0 + style.x_height
    has_title, has_number = chance.random(2) < 0.55
    size = style.x_height * chance.uniform(0.85, 1.25)
    head = replace(style, x_height=size)
    if has_title:
        kind = "capitals" if chance.random() < 0.5 else "words"
        page.write(
            body.x0 + 0.15 * body.width,
            y,
            0.7 * body.width,
            head,
            kind=kind,
            n_words=int(chance.integers(1, 5)),
            align=0.5,
        )
    if has_number:
        _number(page, body.x0, y, body.width, head, float(chance.choice([0, 1])))
    if has_title and chance.random() < 0.2:
        page.rule(body.x0, y + 0.8 * size, body.x1, y + 0.8 * size + 1, style.colour)
    used = (0.4 + chance.uniform(0, 1.2)) * style.pitch if has_title or has_number else 0.0
    return Area(body.x0, body.y0 + used, body.x1, body.y1)


def _number(page: Page, x: float, y: float, width: float, style: Style, align: float) -> None:
    if page.write(x, y, width, style, kind="numbers", n_words=1, align=align):
        page.mark("page_number", page.objects[-1][1].copy())


def _foot(page: Page, body: Area, style: Style) -> None:
    """A catchword, the mark of the quire, or the page's number."""
    chance = page.chance
    y = body.y1 + style.pitch * chance.uniform(0.9, 1.4)
    if y + style.x_height > page.height or chance.random() < 0.4:
        return
    kind = chance.integers(3)
    if kind == 0:
        page.write(body.x0, y, body.width, style, n_words=1, align=1.0)
    elif kind == 1:
        page.write(body.x0, y, body.width, style, kind="numbers", n_words=2, align=chance.uniform(0.4, 0.8))
    else:
        _number(page, body.x0, y, body.width, style, 0.5)


def _margin(page: Page, area: Area, style: Style) -> None:
    chance = page.chance
    small = replace(style, x_height=max(2.0, style.x_height * chance.uniform(0.6, 0.9)))
    small = replace(small, pitch=max(small.x_height * chance.uniform(2.1, 2.8), 4.5))
    if chance.random() < 0.4:
        small = replace(small, bank=int(chance.integers(N_BANKS)), shake=0.1)
    if area.width < 7 * small.x_height:
        return
    y = area.y0 + chance.uniform(0, 0.3) * area.height
    while y < area.y1:
        first = y
        for _ in range(chance.integers(1, 8)):
            if y + small.pitch > area.y1:
                break
            y += small.pitch
            page.write(area.x0, y, area.width * chance.uniform(0.5, 1), small)
        if y > first:
            page.mark_box("marginalia", area.x0, first, area.x1, y + small.x_height)
        y += chance.uniform(0.05, 0.5) * area.height


def _foot_notes(page: Page, body: Area, style: Style) -> Area:
    chance = page.chance
    small = replace(style, x_height=max(2.0, style.x_height * 0.75))
    small = replace(small, pitch=max(5.0, small.x_height * 2.4))
    n_lines = int(chance.integers(1, 8))
    top = body.y1 - n_lines * small.pitch
    if top < body.y0 + 0.4 * body.height:
        return body
    if chance.random() < 0.6:
        page.rule(body.x0, top, body.x0 + body.width * chance.uniform(0.3, 1), top + 1, style.colour)
    for number in range(n_lines):
        page.write(body.x0, top + (number + 1) * small.pitch, body.width, small, is_justified=True)
    return Area(body.x0, body.y0, body.x1, top - 0.5 * style.pitch)


def _stamp(page: Page) -> None:
    chance = page.chance
    size = int(chance.uniform(0.09, 0.22) * min(page.width, page.height))
    fine = draw_stamp(max(100, size), max(100, size), Random(int(chance.integers(2**31))))
    mask = np.array(fine.resize((size, size)))
    rows, columns = np.nonzero(mask > 60)
    if not len(rows):
        return
    x, y = chance.uniform(0, page.width - size), chance.uniform(0, page.height - size)
    page.print_ink(mask, x, y, _STAMP_INKS[chance.integers(len(_STAMP_INKS))], float(chance.uniform(0.6, 0.95)))
    page.mark_box("stamp", x + columns.min(), y + rows.min(), x + columns.max(), y + rows.max())


def _inset(leaf: Area, across: float, down: float) -> Area:
    dx, dy = across * leaf.width, down * leaf.height
    return Area(leaf.x0 + dx, leaf.y0 + dy, leaf.x1 - dx, leaf.y1 - dy)


def draw_habit(chance: Chance) -> Habit:
    """Most outlines follow the letters roughly, some are straight bands."""
    return Habit(
        above=float(chance.normal(1.8, 0.06)),
        below=float(chance.normal(0.74, 0.05)),
        beside=float(chance.uniform(0.2, 0.45)),
        wave=float(chance.uniform(0.05, 0.2)) if chance.random() < 0.75 else 0.0,
    )
