"""Chooses which value of 16-bit grey is shown white: cameras and scanners often fill 10, 12 or 14 bits of the 16."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.domain.counting import counted
from core.domain.imports import Problem, Severity
from core.domain.names import shown
from core.images.white import choose_white
from core.registry.stores.images import ImageFacts


def stretched(
    images: Sequence[ImageFacts], brightest: Mapping[str, int], known: Mapping[str, ImageFacts]
) -> tuple[list[ImageFacts], list[Problem]]:
    """The images with their white; and a remark where it is not the largest value there is.

    `brightest` are the values of those images of 16-bit grey that were looked at now; all of them get one white, so
    that they can be compared. Images that the project knows and that did not change keep theirs, and no other gets a
    smaller one.
    """
    whites = [known[path].white for path in brightest.keys() & known.keys()]
    whites += [facts.white for facts in images if facts.path not in brightest]
    white = choose_white([*brightest.values(), *(value for value in whites if value)])
    if not white:
        return list(images), []
    result = [replace(facts, white=white) if facts.path in brightest else facts for facts in images]
    found = [facts.path for facts in result if facts.white == white and facts.path in brightest]
    if not found:
        return result, []
    text = (
        f"{counted(len(found), 'image holds', 'images hold')} {white.bit_length()}-bit grey in 16 bits (brightest "
        f'value {max(brightest.values())}), e.g. "{shown(min(found))}": {white} is taken for white in the viewer, '
        "trainings and predictions alike, and kept with the images."
    )
    return result, [Problem("grey-stretched", text, severity=Severity.INFO)]
