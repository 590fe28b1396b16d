"""Where most shapes are rectangles that are turned, boxes that are turned are proposed."""

from __future__ import annotations

from core.domain.geometry import Polygon
from core.domain.ids import CategoryId
from core.domain.rotated import Rotated, corners_of
from core.training.draft.proposals import Circumstances, propose
from core.training.draft.turned import is_turned, n_turned
from core.workers.catalog import WorkerCatalog
from tests.core.training.draft.test_proposals import PROJECT

LINE, STAMP = CategoryId("line"), CategoryId("stamp")
TURNED = corners_of(Rotated(50, 50, 40, 10, 30))
ROUNDED = Polygon((tuple(round(value) for value in TURNED.rings[0]),))
UPRIGHT = corners_of(Rotated(50, 50, 40, 10, 90.4))
BLOB = Polygon(((0.0, 0.0, 9.0, 1.0, 5.0, 8.0),))


def test_a_rectangle_is_turned_where_it_is_not_upright_also_in_whole_pixels() -> None:
    assert [is_turned(shape) for shape in (TURNED, ROUNDED, UPRIGHT, BLOB)] == [True, True, False, False]


def test_a_sample_of_the_outlines_tells_about_all() -> None:
    shapes = {LINE: {"polygon": 300, "box": 50}, STAMP: {"polygon": 100}}
    assert n_turned(shapes, (TURNED, TURNED, TURNED, BLOB)) == 300
    assert n_turned(shapes, ()) == 0


def proposed(shapes: dict[CategoryId, dict[str, int]], turned: int) -> tuple[str, str]:
    catalog = WorkerCatalog()
    workers = catalog.list_workers()
    needs = {info.slug: frozenset({"polygon"}) for info in workers if info.slug == "yolo-segment"}
    found = Circumstances(
        PROJECT, workers=workers, needs=needs, shapes=shapes, oriented=frozenset({"yolo-obb"}), n_turned=turned
    )
    made = propose(found)
    return made.draft.worker, made.reasons["worker"]


def test_most_shapes_decide() -> None:
    assert proposed({LINE: {"polygon": 10}}, 6) == (
        "yolo-obb",
        "Most annotations of this project are rectangles that are turned.",
    )
    assert proposed({LINE: {"polygon": 10, "box": 9}}, 9)[0] != "yolo-obb"
    assert proposed({LINE: {"polygon": 10}}, 5)[0] == "yolo-segment"
    assert proposed({LINE: {"box": 10}}, 0)[0] not in ("yolo-obb", "yolo-segment")
