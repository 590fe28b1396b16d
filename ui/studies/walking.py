"""Where the keys lead in the list of a study's images. No widgets."""

from __future__ import annotations

import numpy as np

from core.domain.study_lists import StudyAnswer


def next_image(answer: StudyAnswer, current: int | None, step: int) -> int | None:
    """The next (1) or previous (-1) one of the list; the first when the current one is not in it. None at its ends."""
    place = _place(answer, current)
    place = 0 if place is None else place + step
    return int(answer.images[place]) if 0 <= place < len(answer.images) else None


def next_wrong_image(answer: StudyAnswer, current: int | None, step: int) -> int | None:
    """The next or previous one of the list that has an error; None where there is none."""
    wrong = np.flatnonzero((answer.scores.fp + answer.scores.fn)[answer.images] > 0)
    place = _place(answer, current)
    if place is None:
        place = -1 if step > 0 else len(answer.images)
    further = wrong[wrong > place] if step > 0 else wrong[wrong < place][::-1]
    return int(answer.images[further[0]]) if len(further) else None


def _place(answer: StudyAnswer, image: int | None) -> int | None:
    if image is None:
        return None
    found = np.flatnonzero(answer.images == image)
    return int(found[0]) if len(found) else None
