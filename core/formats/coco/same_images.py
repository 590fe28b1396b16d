"""Several files that speak of the same images: alike, differently, or of different sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

from core.domain.counting import counted
from core.domain.imports import Problem, RawAnnotation, Severity
from core.domain.names import shown

_NAMED = 4


class SameImages:
    """Hears what each file says of an image, and tells at the end what that means.

    Two files that say different things of an image are versions of each other, and both together would double its
    objects: the person has to choose. Not so where they have no class in common (files of a class each), or where
    they are of different sets.
    """

    def __init__(self, files: Sequence[Path], sets: Sequence[str], folder: Path) -> None:
        """`sets` are what the files are stated to be of, "" = none."""
        self._files = files
        self._sets = sets
        self._folder = folder
        self._said: dict[str, dict[int, frozenset[RawAnnotation]]] = {}
        self._alike: Counter[tuple[int, int]] = Counter()
        self._differing: Counter[tuple[int, int]] = Counter()
        self._apart: Counter[tuple[int, int]] = Counter()
        self._across: Counter[tuple[int, int]] = Counter()

    def hear(self, path: str, file: int, annotations: Iterable[RawAnnotation]) -> None:
        """Of an image of which more files speak than one. What a model found is no version of what is there."""
        now = frozenset(annotation for annotation in annotations if not annotation.made_by)
        others = self._said.setdefault(path, {})
        for other, before in others.items():
            if other == file:
                continue
            pair = (other, file)
            if self._sets[other] and self._sets[file] and self._sets[other] != self._sets[file]:
                self._across[pair] += 1
            elif now == before and now:
                self._alike[pair] += 1
            elif now and before:
                is_apart = not {item.category for item in now} & {item.category for item in before}
                (self._apart if is_apart else self._differing)[pair] += 1
        others[file] = now | others.get(file, frozenset())

    def problems(self) -> Iterator[Problem]:
        # Files of a class each never show the same class; versions of each other do, on some image.
        for pair in list(self._apart):
            if self._differing[pair]:
                self._differing[pair] += self._apart.pop(pair)
        differing = {pair: n for pair, n in self._differing.items() if n}
        for group in _mutual(differing):
            n = max(number for pair, number in differing.items() if set(pair) <= set(group))
            text = (
                f"{self._names(group)} describe the same {counted(n, 'image')} in different ways, and together would "
                "double the objects. Choose the one that is right."
            )
            choices = tuple(str(self._files[file]) for file in group)
            yield Problem("same-images-differ", text, str(self._folder), severity=Severity.ERROR, choices=choices)
        for kind, pairs, rest in (
            ("same-images-alike", self._alike, "in the same way; each object counts once"),
            ("same-images-other-classes", self._apart, "with different classes; their objects are taken together"),
        ):
            for pair, n in pairs.items():
                text = f"{self._names(pair)} describe the same {counted(n, 'image')} {rest}."
                yield Problem(kind, text, str(self._folder), severity=Severity.INFO)
        for pair, n in self._across.items():
            text = (
                f"{self._names(pair)} are of different sets and share {counted(n, 'image')}, "
                f"{'which is' if n == 1 else 'which are'} put into none of them."
            )
            yield Problem("same-images-in-two-sets", text, str(self._folder))

    def _names(self, files: Sequence[int]) -> str:
        names = [f'"{shown(_relative(self._files[file], self._folder))}"' for file in files]
        if len(names) > _NAMED:
            names = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} more"]
        return f"{', '.join(names[:-1])} and {names[-1]}"


def _relative(file: Path, folder: Path) -> Path:
    return file.relative_to(folder) if file.is_relative_to(folder) else file


def _mutual(pairs: Collection[tuple[int, int]]) -> Iterator[list[int]]:
    """Groups in which everybody makes a pair with everybody, so that all of them but one may be left out; together
    they have all pairs, of which the smaller number comes first."""
    left = set(pairs)
    everybody = sorted({one for pair in pairs for one in pair})
    while left:
        group = list(min(left))
        for one in everybody:
            if one not in group and all((min(one, other), max(one, other)) in pairs for other in group):
                group.append(one)
        group.sort()
        left -= set(combinations(group, 2))
        yield group
