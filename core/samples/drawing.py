"""Composes pages as printers and scribes did: text, initials, illustrations, and the stamps of later libraries."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from core.samples.letters import BLACK_LETTER, BOOK_HAND, CURSIVE, ROMAN, Hand, word_width
from core.samples.ornaments import draw_initial, draw_stamp
from core.samples.paper import KINDS
from core.samples.sheet import BLACK, FINE, HEIGHT, WIDTH, Colour, DrawnObject, Outline, Sheet
from core.samples.woodcuts import draw_woodcut

CATEGORIES = ("text_line", "illustration", "initial", "stamp")

_SEPIA: Colour = (84, 54, 32)
_RUBRIC: Colour = (158, 38, 30)
_STAMP_INKS: tuple[Colour, ...] = ((170, 28, 40), (38, 58, 146), (150, 40, 60), (52, 44, 120))
_LATIN = re.findall(
    r"\w+",
    """in principio erat verbum et verbum erat apud deum hoc erat in principio apud deum omnia per ipsum facta sunt
et sine ipso factum est nihil quod factum est in ipso vita erat et vita erat lux hominum et lux in tenebris lucet arma
virumque cano troiae qui primus ab oris italiam fato profugus lavinaque venit litora multum ille et terris iactatus et
alto vi superum saevae memorem iunonis ob iram gallia est omnis divisa in partes tres quarum unam incolunt aliam
qui ipsorum lingua nostra appellantur hi omnes lingua institutis legibus inter se differunt""",
)


@dataclass(frozen=True)
class _Book:
    """What the pages of one book share."""

    hand: Hand
    x_height: int
    ink: Colour
    paper: int

    @property
    def pitch(self) -> float:
        return self.x_height * 3.3


_BOOKS = (
    _Book(ROMAN, 14, BLACK, 0),
    _Book(ROMAN, 13, BLACK, 3),
    _Book(BOOK_HAND, 15, _SEPIA, 2),
    _Book(BLACK_LETTER, 15, BLACK, 1),
    _Book(CURSIVE, 15, _SEPIA, 4),
)


def draw_page(seed: int) -> tuple[Image.Image, tuple[DrawnObject, ...]]:
    """A page (640 x 900, RGB) and everything on it that is annotated. The same seed draws the same page."""
    chance = Random(seed * 7919 + 11)
    sheet = Sheet(chance)
    book = _BOOKS[seed % len(_BOOKS)]
    layout = _LAYOUTS[(seed // len(_BOOKS) + seed) % len(_LAYOUTS)]
    composer = _Composer(sheet, book, chance)
    layout(composer)
    if chance.random() < 0.88:
        composer.stamp()
    return sheet.finish(KINDS[book.paper])


class _Composer:
    """Fills a sheet from the top; `y` is where the next thing goes."""

    def __init__(self, sheet: Sheet, book: _Book, chance: Random) -> None:
        self.sheet = sheet
        self.book = book
        self.chance = chance
        self.left = chance.uniform(58, 82)
        self.right = WIDTH - chance.uniform(54, 78)
        self.y = chance.uniform(58, 84)
        self._words: Iterator[str] = _running_text(chance)

    def lines(self, n_lines: int, left: float, right: float, y: float, indents: tuple[float, ...] = ()) -> float:
        """So many lines from `y` down, each as full as words allow; the last one may be short. Returns the new y."""
        book = self.book
        for index in range(n_lines):
            x = left + (indents[index] if index < len(indents) else 0.0)
            is_last = index == n_lines - 1
            room = (right - x) * (self.chance.uniform(0.45, 1.0) if is_last else 1.0)
            words = self._fill(room)
            self.sheet.write_line(words, x, y + 1.75 * book.x_height, room, book.hand, book.x_height, colour=book.ink)
            y += book.pitch
        return y

    def lines_left(self, most: int) -> int:
        """How many lines the rest of the page holds, at most `most` and at least one."""
        return max(1, min(most, int((HEIGHT - 62 - self.y) / self.book.pitch)))

    def heading(self) -> None:
        """A centred line, sometimes in red."""
        book = self.book
        x_height = round(book.x_height * 1.35)
        words = [word.capitalize() for word in self._fill((self.right - self.left) * self.chance.uniform(0.3, 0.5))]
        length = sum(word_width(word, book.hand, x_height) for word in words) + 0.62 * x_height * (len(words) - 1)
        x = (self.left + self.right - length) / 2
        colour = _RUBRIC if self.chance.random() < 0.4 else book.ink
        self.sheet.write_line(words, x, self.y + 1.75 * x_height, length, book.hand, x_height, colour=colour)
        self.y += x_height * 3.3

    def illustration(self, width: float, height: float, x: float | None = None) -> None:
        """A woodcut, centred unless told where."""
        x = (self.left + self.right - width) / 2 if x is None else x
        cut = draw_woodcut(round(width * FINE), round(height * FINE), self.chance)
        self.sheet.print_ink(cut, x, self.y, self.book.ink, 0.88)
        self.sheet.mark("illustration", _rectangle(x, self.y, width, height))
        self.y += height + 0.9 * self.book.x_height

    def paragraph_with_initial(self, n_lines: int, left: float, right: float, y: float) -> float:
        """Text that flows round an initial at its left top corner."""
        n_beside = self.chance.choice((2, 3)) if n_lines >= 4 else 2
        side = round(n_beside * self.book.pitch - 0.55 * self.book.x_height)
        letter = self.chance.choice("QIDMASTEPLNRCVGH")
        block = draw_initial(letter, side * FINE, self.chance)
        colour = self.chance.choice((self.book.ink, self.book.ink, _RUBRIC))
        self.sheet.print_ink(block, left, y, colour, 0.9)
        self.sheet.mark("initial", _rectangle(left, y, side, side))
        return self.lines(n_lines, left, right, y, (side + 0.8 * self.book.x_height,) * n_beside)

    def divider(self) -> None:
        """A rule with a lozenge: not annotated, as on real pages much is not."""
        width = (self.right - self.left) * self.chance.uniform(0.25, 0.5)
        rule = Image.new("L", (round(width * FINE), 16))
        draw = ImageDraw.Draw(rule)
        middle = rule.width // 2
        draw.line((0, 8, middle - 18, 8), fill=255, width=2)
        draw.line((middle + 18, 8, rule.width, 8), fill=255, width=2)
        draw.polygon([(middle - 10, 8), (middle, 1), (middle + 10, 8), (middle, 15)], fill=255)
        self.sheet.print_ink(rule, (self.left + self.right - width) / 2, self.y, self.book.ink)
        self.y += 1.4 * self.book.x_height

    def stamp(self) -> None:
        """A library's stamp where there was room, or across the text."""
        chance = self.chance
        width = chance.uniform(112, 150)
        height = width * chance.choice((1.0, 1.0, 0.76))
        mask = draw_stamp(round(width * FINE), round(height * FINE), chance)
        box = mask.getbbox() or (0, 0, mask.width, mask.height)
        mask = mask.crop(box)
        room_below = HEIGHT - 50 - self.y
        if room_below > mask.height / FINE and chance.random() < 0.8:
            y = self.y + chance.uniform(0.2, 0.9) * (room_below - mask.height / FINE)
        else:
            y = chance.uniform(0.5, 0.82) * HEIGHT - mask.height / FINE / 2
        x = chance.uniform(self.left, self.right - mask.width / FINE)
        self.sheet.print_ink(mask, x, y, chance.choice(_STAMP_INKS), chance.choice((0.84, 0.9, 0.96)))
        self.sheet.mark("stamp", _oval(mask, x, y))

    def _fill(self, room: float) -> list[str]:
        """The next words of the text that fit into `room`, at least one."""
        book = self.book
        words: list[str] = []
        used = 0.0
        while True:
            word = next(self._words)
            if book.hand is ROMAN:
                word = re.sub(r"s(?=\w)", "ſ", word)  # as in print until about 1800
            length = word_width(word, book.hand, book.x_height)
            if words and used + length > room:
                self._words = chain([word], self._words)
                return words
            words.append(word)
            used += length + 0.62 * book.x_height


def _chapter(page: _Composer) -> None:
    page.heading()
    n_lines = page.chance.randint(5, 8)
    page.y = page.paragraph_with_initial(n_lines, page.left, page.right, page.y)
    page.divider()
    page.y = page.lines(page.lines_left(page.chance.randint(10, 13) - n_lines), page.left, page.right, page.y)


def _illustrated_chapter(page: _Composer) -> None:
    page.illustration((page.right - page.left) * page.chance.uniform(0.8, 1.0), page.chance.uniform(200, 270))
    page.heading()
    page.y = page.paragraph_with_initial(page.lines_left(page.chance.randint(6, 10)), page.left, page.right, page.y)


def _plate(page: _Composer) -> None:
    page.y += page.chance.uniform(0, 40)
    page.illustration((page.right - page.left) * page.chance.uniform(0.85, 1.0), page.chance.uniform(400, 500))
    page.y = page.lines(page.lines_left(page.chance.randint(2, 5)), page.left, page.right, page.y)


def _two_columns(page: _Composer) -> None:
    """Only letters narrow enough for half a page look right here, so the columns are of short lines."""
    if page.chance.random() < 0.6:
        page.heading()
    gap = 22.0
    middle = (page.left + page.right) / 2
    n_lines = page.chance.randint(5, 7)
    top = page.y
    first = page.paragraph_with_initial(n_lines, page.left, middle - gap / 2, top)
    second = page.lines(n_lines, middle + gap / 2, page.right, top)
    page.y = max(first, second) + 0.5 * page.book.x_height
    page.illustration((page.right - page.left) * page.chance.uniform(0.55, 0.95), page.chance.uniform(170, 240))


def _text(page: _Composer) -> None:
    page.y = page.lines(page.chance.randint(5, 7), page.left, page.right, page.y, (2.0 * page.book.x_height,))
    page.y += 0.8 * page.book.x_height
    page.y = page.paragraph_with_initial(page.lines_left(page.chance.randint(5, 8)), page.left, page.right, page.y)


def _vignettes(page: _Composer) -> None:
    """Small woodcuts with text beside them, as in an emblem book."""
    for index in range(2):
        width, height = page.chance.uniform(190, 230), page.chance.uniform(150, 185)
        is_left = (index + page.chance.randint(0, 1)) % 2 == 0
        top = page.y
        page.illustration(width, height, page.left if is_left else page.right - width)
        below = page.y
        text_left = page.left + width + 18 if is_left else page.left
        text_right = page.right if is_left else page.right - width - 18
        page.lines(int(height // page.book.pitch), text_left, text_right, top)
        page.y = page.lines(page.chance.randint(2, 3), page.left, page.right, below) + 0.8 * page.book.x_height


_LAYOUTS: tuple[Callable[[_Composer], None], ...] = (
    _chapter,
    _illustrated_chapter,
    _text,
    _two_columns,
    _plate,
    _vignettes,
    _illustrated_chapter,
)


def _running_text(chance: Random) -> Iterator[str]:
    """Latin without end, with the capitals and points of sentences."""
    at = chance.randrange(len(_LATIN))
    left_in_sentence = 0
    while True:
        word = _LATIN[at % len(_LATIN)]
        at += 1
        is_first = left_in_sentence == 0
        if is_first:
            left_in_sentence = chance.randint(6, 14)
        left_in_sentence -= 1
        ending = "." if left_in_sentence == 0 else "," if chance.random() < 0.08 else ""
        yield (word.capitalize() if is_first else word) + ending


def _rectangle(x: float, y: float, width: float, height: float) -> Outline:
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def _oval(mask: Image.Image, x: float, y: float, n_points: int = 28) -> Outline:
    """The outermost ink of a stamp in every direction from its middle."""
    width, height = mask.width / FINE, mask.height / FINE
    pixels = np.asarray(mask)
    outline: Outline = []
    for step in range(n_points):
        dx, dy = math.cos(math.tau * step / n_points), math.sin(math.tau * step / n_points)
        reach = math.hypot(width, height) / 2
        while reach > 4:
            px, py = round((width / 2 + dx * reach) * FINE), round((height / 2 + dy * reach) * FINE)
            if 0 <= px < mask.width and 0 <= py < mask.height and pixels[py, px] > 60:
                break
            reach -= 0.5
        outline.append((x + width / 2 + dx * reach, y + height / 2 + dy * reach))
    return outline
