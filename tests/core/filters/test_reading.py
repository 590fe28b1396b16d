"""Filters as text: what is read, what is refused and where, and that one filter has one text."""

from __future__ import annotations

import json

import pytest

from core.domain.filters import Condition, Group, Joint, Operator
from core.filters.json_places import FilterTextError
from core.filters.meaning import same_filter
from core.filters.reading import read_filter
from core.filters.writing import write_filter, write_for_people

AND, OR = Joint.AND, Joint.OR
TRAIN = Condition("dir", Operator.EQ, "train")
MANY = Condition("annotations", Operator.GT, 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", Group()),
        ('{"dir": "/train/"}', Group(AND, (TRAIN,))),
        ('{"filter": {"$and": [{"dir": "train"}]}}', Group(AND, (TRAIN,))),
        ('{"format": 1, "filter": {"dir": "train", "annotations": {"$gt": 3.0}}}', Group(AND, (TRAIN, MANY))),
        (
            '{"$or": [{"dir": "train"}, {"$and": [{"annotations": {"$gt": 3}}]}]}',
            Group(OR, (TRAIN, Group(AND, (MANY,)))),
        ),
        (
            '{"annotations": {"$gt": 3, "$lte": 9}}',
            Group(AND, (MANY, Condition("annotations", Operator.LTE, 9))),
        ),
        ('{"name": "*.jpg"}', Group(AND, (Condition("name", Operator.MATCH, "*.jpg"),))),
        ('{"name": {"$eq": "*.jpg"}}', Group(AND, (Condition("name", Operator.EQ, "*.jpg"),))),
        ('{"label": ["a", "b", "a"]}', Group(AND, (Condition("label", Operator.IN, ("a", "b")),))),
        ('{"metadata.system.tags.train": true}', Group(AND, (Condition("tag", Operator.EQ, "train"),))),
        ('{"metadata.system.tags.test": {"$exists": false}}', Group(AND, (Condition("tag", Operator.NE, "test"),))),
        (
            '{"$and": [{"hidden": false}, {"type": "file"}, {"annotated": true}]}',
            Group(AND, (Condition("annotated", Operator.EQ, True),)),
        ),
        ('{"split": "val"}', Group(AND, (Condition("split", Operator.EQ, "validation"),))),
    ],
)
def test_both_forms_are_read(text: str, expected: Group) -> None:
    assert read_filter(text) == expected
    assert read_filter(write_filter(expected)) == expected
    assert read_filter(write_for_people(expected)) == expected


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        ('{"dir": "a",\n "dirr": "b"}', "E-530", (2, 2), 'Unknown field or operator "dirr"'),
        ('{"$and": [{"width": {"$near": 3}}]}', "E-530", (1, 22), 'Unknown field or operator "$near"'),
        ('{"width": {"$match": "3*"}}', "E-530", (1, 12), "$match"),
        ('{"$not": []}', "E-530", (1, 2), "$not"),
        ('{"filter": {}, "join": {}}', "E-530", (1, 16), "join"),
        ('{"width": "wide"}', "E-530", (1, 11), "needs a number"),
        ('{"width": true}', "E-530", (1, 11), "needs a number"),
        ('{"annotated": 1}', "E-530", (1, 15), "true or false"),
        ('{"hidden": true}', "E-530", (1, 2), "hidden"),
        ('{"dir": null}', "E-530", (1, 9), "text"),
        ('{"label": {"$in": []}}', "E-530", (1, 19), "1 to"),
        ('{"createdAt": "yesterday"}', "E-530", (1, 15), "no date"),
        ('{"source": "cat"}', "E-530", (1, 12), "human"),
        ('{"dir": "a", "dir": "b"}', "E-530", (1, 14), "twice"),
        ('{"$or": {"dir": "a"}}', "E-530", (1, 9), "list"),
        ('{"format": 2, "filter": {}}', "E-530", (1, 12), "newer Calque"),
        ("[]", "E-530", (1, 1), "object"),
        ('{"name": "\\ud800"}', "E-530", (1, 10), "no text"),
        ('{"width": 1e999}', "E-530", (1, 11), "out of range"),
        ('{"dir": "a",\n  "label" "b"}', "E-531", (2, 11), "Not valid JSON at line 2, column 11."),
        ("", "E-531", (1, 1), "line 1, column 1"),
        ('{"width": NaN}', "E-531", (1, 11), "line 1, column 11"),
        ('{"name": "NaN", "width": NaN}', "E-531", (1, 26), "line 1, column 26"),
        ('{"width": [1,\n -Infinity]}', "E-531", (2, 2), "line 2, column 2"),
        ('{"dir": "9", "width": ' + "9" * 5000 + "}", "E-531", (1, 23), "line 1, column 23"),
        ("{" * 100_000, "E-531", (1, 2), ""),
        ("[" * 100_000, "E-531", (1, 1), "deep"),
        ("[" * 600 + "]" * 600, "E-531", (1, 1), "deep"),
        ('{"dir": "\\ud800"}', "E-530", (1, 9), "no text"),
        ('{"filename": {"$match": "*\\ud800"}}', "E-530", (1, 25), "no text"),
    ],
)
def test_what_is_not_to_be_understood_is_told_with_its_place(
    text: str, code: str, place: tuple[int, int], words: str
) -> None:
    with pytest.raises(FilterTextError) as caught:
        read_filter(text)
    assert (caught.value.code, words in str(caught.value)) == (code, True), str(caught.value)
    assert (caught.value.line, caught.value.column) == place


def test_what_is_too_much_is_refused() -> None:
    many = json.dumps({"$and": [{"width": n} for n in range(201)]})
    deep = '{"$and": [' * 11 + "]}" * 11
    for text, words in ((many, "200"), (deep, "10 deep")):
        with pytest.raises(FilterTextError, match=words):
            read_filter(text)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ('{"dir": "train"}', '{\n "$and" : [ {"dir": {"$eq": "train"}} ]\n}', True),
        ('{"metadata.system.tags.train": true}', '{"filter": {"$and": [{"tag": "train"}]}}', True),
        ('{"dir": "a", "width": 3}', '{"$and": [{"width": 3}, {"dir": "a"}, {"dir": "a"}]}', True),
        ('{"label": {"$in": ["a", "b"]}}', '{"label": {"$in": ["b", "a"]}}', True),
        ('{"label": {"$in": ["a"]}}', '{"label": "a"}', True),
        ('{"$and": [{"dir": "a"}, {"$and": [{"width": 3}]}]}', '{"$and": [{"dir": "a"}, {"width": 3}]}', True),
        ('{"$or": [{"dir": "a"}]}', '{"dir": "a"}', True),
        ('{"$or": [{"dir": "a"}, {"$or": []}]}', '{"dir": "a"}', True),
        ("{}", '{"$or": []}', False),
        ('{"$or": [{"dir": "a"}, {}]}', '{"dir": "a"}', False),
        ('{"$and": [{"dir": "a"}, {}]}', '{"dir": "a"}', True),
        ('{"dir": "train"}', '{"dir": "trains"}', False),
        ('{"$or": [{"dir": "a"}, {"width": 3}]}', '{"$and": [{"dir": "a"}, {"width": 3}]}', False),
        ('{"annotated": true}', '{"annotated": false}', False),
    ],
)
def test_filters_are_compared_by_what_they_mean(one: str, other: str, expected: bool) -> None:
    assert same_filter(read_filter(one), read_filter(other)) is expected
