"""Sharing images out among any number of sets: shares as a person writes them, groups, and who lacks a class. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

import numpy as np

from core.datasets.name_patterns import Patience, compile_pattern
from core.datasets.split import MAX_DECIMALS, carve
from core.datasets.split_units import Array, Check, Shown
from core.domain.names import listed_names, shown
from core.domain.training import Issue

_PAGE = "data"


@dataclass(frozen=True, slots=True)
class Shares:
    """Of each set, in their order; they add up to 1."""

    parts: tuple[Decimal, ...] = ()
    issues: tuple[Issue, ...] = ()


def read_shares(texts: Sequence[str], *, is_ratio: bool) -> Shares:
    """E-441 for what is no number of at most five decimals, E-440 and E-520 for numbers that cannot be shares."""
    whole = Decimal(1 if is_ratio else 100)
    parts: list[Decimal] = []
    for text in texts:
        part = _number(text)
        if part is None:
            return Shares(issues=(_error("E-441", f'"{shown(text)}" is no share. Use 1 to {MAX_DECIMALS} decimals.'),))
        parts.append(part)
    if is_ratio and any(not 0 < part < 1 for part in parts):
        text = "A ratio lies between 0 and 1: with 0 or 1, a set would have no image. Choose 0.00001 to 0.99999."
        return Shares(issues=(_error("E-440", text),))
    if sum(parts) != whole or any(part < 0 for part in parts):
        if is_ratio:
            text = f"The ratios must add up to 1; these make {sum(parts)}. Example: 0.8, 0.2."
        else:
            text = f"Train, validation and test must add up to 100 %; these make {sum(parts)}. Example: 70, 15, 15."
        return Shares(issues=(_error("E-520", text),))
    return Shares(tuple(part / whole for part in parts))


def complement(text: str, *, is_ratio: bool) -> str:
    """What is left for the other of two sets; "" where that cannot be said."""
    part = _number(text)
    rest = None if part is None else Decimal(1 if is_ratio else 100) - part
    return "" if rest is None or rest < 0 else format(rest.normalize(), "f")


def group_by_folder(paths: Sequence[str]) -> Array:
    """(n,): for each path the number of its group, images of one folder being one."""
    return _numbered([path.rpartition("/")[0] for path in paths])


def group_by_pattern(paths: Sequence[str], pattern: str, check: Check = lambda: None) -> Array:
    """Images whose file names say the same in the pattern's first group; each that it does not fit is on its own.

    Raises ValueError in words (core.datasets.name_patterns), and what `check` raises.
    """
    compiled = compile_pattern(pattern)
    patience = Patience(pattern, check)
    words = []
    for number, path in enumerate(paths):
        patience.after(number)
        found = compiled.first_group(path.rpartition("/")[2])
        words.append(f"/{number}" if found is None else found)
    return _numbered(words)


def share_out(
    shown: Shown,
    shares: Sequence[Decimal],
    seed: int,
    n_categories: int,
    *,
    groups: Array | None = None,
    check: Check = lambda: None,
) -> Array:
    """For each image the index of the share that it falls to: one after the other is carved out of what is left, from
    the last to the second, so that each class keeps its share everywhere as far as can be."""
    of_image = np.zeros(len(shown.hashes), dtype=np.int64)
    left = np.arange(len(shown.hashes))
    rest = sum(shares, Decimal(0))
    wanted = [place for place in range(len(shares)) if shares[place] > 0]
    for place in reversed(wanted[1:]):
        part = carve(
            _some(shown, left),
            float(shares[place] / rest),
            seed,
            n_categories,
            None if groups is None else groups[left],
            check,
        )
        of_image[left[part]] = place
        left, rest = left[~part], rest - shares[place]
    of_image[left] = wanted[0]
    return of_image


def without_categories(shown: Shown) -> Shown:
    """For a split that has no regard to them."""
    return replace(shown, images=shown.images[:0], categories=shown.categories[:0])


def count_classes(shown: Shown, of_image: Array, n_sets: int, n_categories: int) -> Array:
    """Images that show a class, (sets, classes)."""
    cells = np.unique(shown.images.astype(np.int64) * n_categories + shown.categories)
    images, categories = cells // max(n_categories, 1), cells % max(n_categories, 1)
    counts = np.bincount(of_image[images] * n_categories + categories, minlength=n_sets * n_categories)
    return counts.reshape(n_sets, n_categories)


def find_missing(
    counts: Array, names: Sequence[str], sets: Sequence[str], written: Sequence[str], *, is_error: bool
) -> tuple[Issue, ...]:
    """E-440, one for each set that lacks classes that others have; `written` are the shares as they were written."""
    issues = []
    for place, name in enumerate(sets):
        missing = [names[index] for index in np.flatnonzero((counts.sum(axis=0) > 0) & (counts[place] == 0)).tolist()]
        if missing:
            what = (
                f'class "{shown(missing[0])}"'
                if len(missing) == 1
                else f"{len(missing)} classes ({listed_names(missing)})"
            )
            text = f'With ratio {written[place]}, {what} would have no image in the set "{shown(name)}".'
            it = "it" if len(missing) == 1 else "them"
            advice = f"Add images of {it}, choose other shares, or allow sets without {it}."
            issues.append(Issue("E-440", f"{text} {advice}", _PAGE, is_error, "shares"))
    return tuple(issues)


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    exponent = value.as_tuple().exponent
    return value if isinstance(exponent, int) and -exponent <= MAX_DECIMALS and abs(value) <= 100 else None


def _some(shown: Shown, places: Array) -> Shown:
    new = np.full(len(shown.hashes), -1, dtype=np.int64)
    new[places] = np.arange(len(places))
    images = new[shown.images]
    return Shown(shown.hashes[places], images[images >= 0], shown.categories[images >= 0])


def _numbered(words: Sequence[str]) -> Array:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(word, len(numbers)) for word in words], dtype=np.int64)


def _error(code: str, text: str) -> Issue:
    return Issue(code, text, _PAGE, True, "shares")
