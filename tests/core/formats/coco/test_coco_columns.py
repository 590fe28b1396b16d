"""What goes through columns comes out as what goes record by record."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from core.domain.annotation_columns import ColumnAnnotations, count_classes
from core.domain.geometry import Polygon
from core.domain.imports import ImportSource, Problem, RawImage
from core.formats.base import PictureSize, ReadResult, gather
from core.formats.coco import FORMAT, parts
from core.formats.reading import json_slices

SIZE = PictureSize(100, 80)
N_IMAGES = 12


def a_number(chance: random.Random) -> Any:
    """Of ten, nine in a quarter of the picture."""
    return chance.choice([chance.randrange(1, 40), *[chance.randrange(4, 160) / 4] * 8, chance.randrange(-8, 400) / 4])


def an_outline(chance: random.Random) -> Any:
    rings = [[a_number(chance) for _ in range(2 * chance.randrange(3, 7))] for _ in range(chance.choice([1, 1, 1, 2]))]
    odd = ([], [[1, 2, 3]], [[5, 5, 9, 9, 7, 7]], rings[0], {"size": [80, 100], "counts": [85, 10, 7905]}, None, "x")
    return rings if chance.random() < 0.8 else chance.choice(odd)


def a_record(chance: random.Random, number: int, *, is_clean: bool) -> Any:
    record: dict[str, Any] = {
        "id": number,
        "image_id": chance.randrange(N_IMAGES),
        "category_id": chance.randrange(3),
        "bbox": [a_number(chance), a_number(chance), abs(a_number(chance)), abs(a_number(chance))],
        "iscrowd": int(chance.random() < 0.1),
    }
    if chance.random() < 0.5:
        record["segmentation"] = an_outline(chance)
    if not is_clean and chance.random() < 0.2:
        name, value = chance.choice(
            [
                ("image_id", float(record["image_id"])),
                ("image_id", str(record["image_id"])),
                ("image_id", 99),
                ("category_id", 7),
                ("category_id", 9),
                ("category_id", True),
                ("bbox", [1, 2, float("nan"), 4]),
                ("bbox", [1, 2, "3", 4]),
                ("bbox", None),
                ("bbox", [10**400, 1, 1, 1]),
                ("iscrowd", True),
                ("iscrowd", None),
                ("score", 0.5),
                ("keypoints", [1, 2, 2]),
                ("attributes", {"a": 1}),
                ("image_id", 10**30),
                ("id", "x"),
            ]
        )
        record[name] = value
    return record if is_clean or chance.random() > 0.02 else [1]


def a_document(chance: random.Random) -> dict[str, Any]:
    is_clean = chance.random() < 0.5
    records = [a_record(chance, number, is_clean=is_clean) for number in range(chance.randrange(1, 60))]
    records += [chance.choice(records)] if chance.random() < 0.3 else []
    document = {
        "annotations": records,
        "images": [{"id": number, "file_name": f"{number}.jpg"} for number in range(N_IMAGES)],
        "categories": [{"id": number, "name": name} for number, name in enumerate(("cat", "dog", "owl"))],
    }
    if not is_clean:
        document["categories"] += [{"id": 9, "name": "a"}, {"id": 9, "name": "b"}]
        document["images"] += chance.choice([[], [{"id": 3, "file_name": "4.jpg"}], [{"id": 50, "file_name": "5.jpg"}]])
    return document


def as_plain(image: RawImage) -> tuple[Any, ...]:
    """With points as exact as the registry keeps them."""
    shapes = [
        [[round(value, 3) for value in ring] for ring in item.geometry.rings]
        if isinstance(item.geometry, Polygon)
        else item.geometry
        for item in image.annotations
    ]
    others = [(item.category, item.is_crowd, item.details, item.made_by) for item in image.annotations]
    return image.path, image.is_explicit_negative, image.details, list(zip(shapes, others, strict=True))


def told(problem: Problem) -> tuple[str, str, int | None]:
    return problem.kind, problem.text, problem.line


def read(path: Path) -> ReadResult:
    return gather(FORMAT.read(ImportSource(path), size_of=lambda _: SIZE))


@pytest.mark.parametrize("n_bytes", [500, 2**22])
def test_columns_and_records_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_bytes: int) -> None:
    (tmp_path / "images").mkdir()
    for number in range(N_IMAGES):
        (tmp_path / "images" / f"{number}.jpg").touch()
    monkeypatch.setattr(json_slices, "_PIECE", n_bytes)
    monkeypatch.setattr(json_slices, "_TOGETHER", 4)
    path = tmp_path / "a.json"
    n_in_columns = 0
    for seed in range(120):
        chance = random.Random(seed)
        path.write_text(json.dumps(a_document(chance), indent=chance.choice([None, 1])))
        result = read(path)
        with monkeypatch.context() as patch:
            patch.setattr(parts, "_DECODERS", dict.fromkeys(parts._DECODERS, json_slices.as_records))
            by_records = read(path)
        assert not any(isinstance(image.annotations, ColumnAnnotations) for image in by_records.images)
        n_in_columns += sum(isinstance(image.annotations, ColumnAnnotations) for image in result.images)
        assert [as_plain(image) for image in result.images] == [as_plain(image) for image in by_records.images], seed
        assert sorted(map(told, result.problems)) == sorted(map(told, by_records.problems)), seed
        counts = count_classes(image.annotations for image in result.images)
        assert counts == count_classes(tuple(image.annotations) for image in result.images)
    assert n_in_columns > 100


def test_annotations_in_columns_are_a_sequence_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    records = [
        {"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]},
        {"image_id": 1, "category_id": 1, "bbox": [1, 1, 1, 1], "segmentation": [[1, 1, 9, 1, 9, 8]]},
    ]
    document = {"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": records}
    (tmp_path / "a.json").write_text(json.dumps(document | {"categories": [{"id": 1, "name": "cat"}]}))
    found = read(tmp_path / "a.json").images[0].annotations
    assert isinstance(found, ColumnAnnotations)
    one, two = found
    assert (found[0], found[-1], found[:1]) == (one, two, (one,))
    assert found == (one, two) and (one, two) == found and found != (one,)
    assert hash(found) == hash((one, two)) and repr(found) == repr((one, two)) and len(found) == 2
    with pytest.raises(IndexError):
        found[2]
