"""Names that are proposed for what has none yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MAX_MODEL_NAME = 100  # characters
MAX_CROP_NAME = 40


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """`wanted`, or with the first number that makes it free."""
    names = set(taken)
    if wanted not in names:
        return wanted
    number = 2
    while f"{wanted} {number}" in names:
        number += 1
    return f"{wanted} {number}"


def proposed_model_name(worker_title: str, project: str, taken: Iterable[str], *, crops: Sequence[str] = ()) -> str:
    """Technology, data and element: "YOLO | Charters (page)", numbered when that name is taken. A model of `crops` is
    called after them: "Classifier | Charters (crops of seal)", "(crops)" of several classes.

    Every method looks at images: that one is an "Image classifier" is told as "Classifier".
    """
    words = worker_title.removeprefix("Image ").split()
    technology = words[0][:1].upper() + words[0][1:] if words else "Model"
    element = "page" if not crops else f"crops of {crops[0][:MAX_CROP_NAME]}" if len(crops) == 1 else "crops"
    suffix = f" ({element})"
    room = MAX_MODEL_NAME - len(f"{technology} | {suffix}") - 3  # 3 for a number
    return free_name(f"{technology} | {project[:room].strip()}{suffix}", taken)
