"""What a filter can ask of an image: the table of fields, from which editors, checks, words and the guide are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.domain.filters import Operator
from core.domain.judgements import TEST_TAG, TRAIN_TAG, VALIDATION_TAG
from core.domain.projects import ImageState, Source


class FieldKind(StrEnum):
    """What is compared. The first six are text, of which all but the last two name something of the project."""

    FOLDER = "folder"
    CLASS = "class"
    TAG = "tag"
    SET = "set of a dataset"
    TEXT = "text"
    AUTHOR = "name of a person"
    NUMBER = "number"
    BYTES = "bytes"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes or no"


_SAME = (Operator.EQ, Operator.NE)
_AMONG = (Operator.IN, Operator.NIN)
_ORDER = (Operator.GT, Operator.GTE, Operator.LT, Operator.LTE)
_TEXT = (*_SAME, Operator.MATCH, *_AMONG)
_NAMED = (*_TEXT, Operator.EXISTS)
_NUMBER = (*_SAME, *_ORDER, *_AMONG)


@dataclass(frozen=True, slots=True)
class Field:
    """`key` is as the JSON has it: the reference's where it has one. `choices` are values with their words."""

    key: str
    title: str
    kind: FieldKind
    operators: tuple[Operator, ...]
    meaning: str  # one sentence, without its full stop
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""

    @property
    def is_text(self) -> bool:
        return self.kind in _TEXT_KINDS

    @property
    def is_number(self) -> bool:
        return self.kind in (FieldKind.NUMBER, FieldKind.BYTES)


_TEXT_KINDS = frozenset(
    (FieldKind.FOLDER, FieldKind.CLASS, FieldKind.TAG, FieldKind.SET, FieldKind.TEXT, FieldKind.AUTHOR)
)

_TABLE = (
    Field("dir", "Folder", FieldKind.FOLDER, _TEXT, "the folder, with all below it; a pattern is for its path alone"),
    Field("name", "File name", FieldKind.TEXT, _TEXT, "the name of the file, in small or capital letters"),
    Field("filename", "Path", FieldKind.TEXT, _TEXT, "the path in the project; a pattern in small or capital letters"),
    Field("label", "Class", FieldKind.CLASS, _NAMED, "a class that the ground truth of the image has"),
    Field("annotations", "Annotations", FieldKind.NUMBER, _NUMBER, "how many annotations with a class it has"),
    Field("annotated", "Annotated", FieldKind.YES_NO, _SAME, 'whether it has any ground truth, "without concept" too'),
    Field(
        "withoutConcept",
        "Without concept",
        FieldKind.YES_NO,
        _SAME,
        'whether anything on it is marked "without concept"',
    ),
    Field("tag", "Tag", FieldKind.TAG, _NAMED, "a tag that it has"),
    Field(
        "split",
        "Train, validation, test",
        FieldKind.CHOICE,
        (*_SAME, *_AMONG, Operator.EXISTS),
        "what its tags say it is for; else what the import said, else the outermost folder that is called so",
        ((TRAIN_TAG, "train"), (VALIDATION_TAG, "validation"), (TEST_TAG, "test")),
    ),
    Field("set", "Set of a dataset", FieldKind.SET, (*_SAME, *_AMONG, Operator.EXISTS), "a dataset, or dataset/set"),
    Field("createdAt", "Added", FieldKind.DATE, (*_SAME, *_ORDER, Operator.EXISTS), "when it was imported (UTC)"),
    Field("updatedAt", "File changed", FieldKind.DATE, (*_SAME, *_ORDER), "when its file was changed last (UTC)"),
    Field("width", "Width", FieldKind.NUMBER, _NUMBER, "of the upright image, in pixels", unit="px"),
    Field("height", "Height", FieldKind.NUMBER, _NUMBER, "of the upright image, in pixels", unit="px"),
    Field("pixels", "Pixels", FieldKind.NUMBER, _NUMBER, "width times height", unit="px"),
    Field("size", "File size", FieldKind.BYTES, _NUMBER, "of the file, in bytes", unit="bytes"),
    Field(
        "source",
        "Source",
        FieldKind.CHOICE,
        (*_SAME, *_AMONG),
        "who made any of its annotations",
        ((Source.HUMAN, "a person"), (Source.IMPORT, "an import"), (Source.MODEL, "a model, accepted")),
    ),
    Field(
        "confidence",
        "Confidence",
        FieldKind.NUMBER,
        (*_NUMBER, Operator.EXISTS),
        "of any accepted prediction on it, 0 to 1",
    ),
    Field("author", "Author", FieldKind.AUTHOR, _NAMED, "the person who drew or changed any of its annotations"),
    Field(
        "problem",
        "Problem",
        FieldKind.CHOICE,
        (*_SAME, *_AMONG, Operator.EXISTS),
        "what was wrong with the file when it was looked at last",
        ((ImageState.DAMAGED, "damaged"), (ImageState.MISSING, "missing")),
    ),
)

FIELDS: Mapping[str, Field] = {field.key: field for field in _TABLE}


def as_markdown() -> str:
    """The table of the guide's page."""
    rows = [
        f"| {field.title} | `{field.key}` | {field.kind} | {' '.join(f'`{one}`' for one in field.operators)} "
        f"| {field.meaning} |"
        for field in _TABLE
    ]
    return "\n".join(["| Field | In JSON | Kind | Operators | Means |", "|---|---|---|---|---|", *rows])
