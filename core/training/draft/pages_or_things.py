"""Whether the images of a project show pages, by what its classes are called and by how its shapes lie. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise

from core.domain.geometry import Box
from core.domain.names import listed_names

# English, and what Arkindex, PAGE, ALTO, SegmOnto and their kin call them; French; German; Italian and Spanish.
_WORDS = """
line textline text_line text_region text region zone textzone text_zone text_block textblock paragraph column block
illustration figure picture initial drop_capital drop_cap miniature decoration heading title_line caption footnote
margin marginalia marginal_note baseline page_number page_header page_footer running_head folio rubric catchword
default_line main_zone music_zone table_zone graphic_zone drop_capital_zone numbering_zone separator separator_region
image_region graphic_region table_region handwriting printed_text signature stamp seal
ligne ligne_de_texte paragraphe lettrine enluminure colonne marge titre_courant note_marginale
zeile textzeile zeilen absatz abbildung initiale spalte randnotiz marginalie kopfzeile fusszeile stempel siegel
riga renglon linea parrafo iniziale capolettera
"""

PAGE_WORDS = frozenset(_WORDS.split())
"""Names of classes, folded as `folded` does it, that are drawn on pages of books, papers and manuscripts."""

SHARE = 0.5  # of the shapes that must speak for pages

_FLAT = 3.0  # a text line is so many times as wide as high, at least
_STACK = 5  # so many lines make a column of text
_PARTS = re.compile(r"[^a-z0-9]+")


def folded(name: str) -> str:
    """ "TextLine", "text-line" and "Text line:main" become "text_line"."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.partition(":")[0].strip().replace("ß", "ss"))
    plain = unicodedata.normalize("NFKD", apart).encode("ascii", "ignore").decode().lower()
    return _PARTS.sub("_", plain).strip("_")


def is_page_class(name: str) -> bool:
    """Singular or plural."""
    word = folded(name)
    return word in PAGE_WORDS or word.removesuffix("s") in PAGE_WORDS


def pages_by_names(counts: Mapping[str, int]) -> str:
    """Why the images show pages, in words; "" when their classes do not say so. `counts` are shapes by class."""
    named = [name for name, n in counts.items() if n and is_page_class(name)]
    n_named, n_all = sum(counts[name] for name in named), sum(counts.values())
    if not named or n_named < SHARE * n_all:
        return ""
    return f"classes such as {listed_names(sorted(named, key=lambda name: -counts[name]), 2)} are drawn on pages"


def pages_by_shapes(images: Sequence[Sequence[Box]]) -> str:
    """Why they show pages, in words; "" when their shapes do not say so. `images` are the boxes of each."""
    with_boxes = [boxes for boxes in images if boxes]
    n_pages = sum(_is_column_of_lines(boxes) for boxes in with_boxes)
    if not with_boxes or n_pages < SHARE * len(with_boxes):
        return ""
    return "many wide, flat shapes lie above each other, as lines of text do"


def _is_column_of_lines(boxes: Sequence[Box]) -> bool:
    """Most boxes are flat, and enough of these lie one below the other."""
    flat = sorted((box for box in boxes if box.width >= _FLAT * box.height > 0), key=lambda box: box.y0)
    if len(flat) < _STACK or len(flat) < SHARE * len(boxes):
        return False
    n_below = sum(
        lower.y0 >= upper.y0 + upper.height / 2 and _overlap(upper, lower) >= SHARE for upper, lower in pairwise(flat)
    )
    return n_below >= SHARE * (len(flat) - 1)


def _overlap(first: Box, second: Box) -> float:
    """Of the narrower one's width."""
    shared = min(first.x1, second.x1) - max(first.x0, second.x0)
    return shared / max(min(first.width, second.width), 1e-9)
