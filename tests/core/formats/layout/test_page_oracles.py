"""kraken's own parser and the schema of PAGE say what they make of the pages that Calque writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.domain.geometry import Box, Polygon
from core.domain.ids import PredictionSetId
from core.domain.imports import ImportSource, RawImage
from core.domain.prediction_exports import PredictionExport
from core.domain.predictions import PredictedImage, PredictedObject
from core.formats.base import PictureSize, gather
from core.formats.writing import write_data_set
from core.images.reading import read_header
from core.packs.layout import PackHeader
from core.packs.reading import read_pack
from core.packs.writing import write_pack
from core.predictions.exporting import export_pack
from tests.core.formats.layout.drawn_pages import FULL, PAGES, classes_of, the_format, write
from tests.oracles import run_in_oracles

# No package has the schema of ALTO: there it is kraken, and the rules in test_pages_as_others_read_them.
_READS = """
import json, sys
from importlib.util import find_spec
from pathlib import Path
from kraken.lib.xml import XMLPage
from lxml import etree

def facts(file):
    page = XMLPage(file)
    lines = {line.id: [line.baseline, line.boundary, line.text, line.regions] for line in page.lines.values()}
    regions = {region.id: [kind, region.boundary] for kind, found in page.regions.items() for region in found}
    orders = {name: [line.id for line in page.get_sorted_lines(name)]
              for name, order in page.reading_orders.items() if order["level"] == "line"}
    size = [page.imagename.name, *page.image_size]
    return {"lines": lines, "regions": regions, "orders": orders, "image": size}

schema = etree.XMLSchema(etree.parse(str(Path(find_spec("ocrd_validators").origin).with_name("page.xsd"))))
answer = {}
for name in json.loads(sys.argv[1]):
    document = etree.parse(name)
    errors = []
    if "2019-07-15" in document.getroot().tag and not schema.validate(document):
        errors = [f"{error.line}: {error.message}" for error in schema.error_log]
    answer[name] = {**facts(name), "errors": errors}
print(json.dumps(answer))
"""


def asked(files: list[Path]) -> dict[Path, dict[str, Any]]:
    found = run_in_oracles(_READS, json.dumps([str(file) for file in files]))
    return {Path(name): facts for name, facts in found.items()}


def test_kraken_reads_what_was_written(tmp_path: Path) -> None:
    for slug, version in (("alto", "4.2"), ("alto", "4.4"), ("page", "2019"), ("page", "2013")):
        write(slug, tmp_path / version, FULL, answers={"version": version})
    write_predictions(tmp_path)
    answers = asked(sorted(tmp_path.rglob("*.xml")))
    assert len(answers) == 6
    for file, facts in answers.items():
        (check_predicted if "predicted" in file.parts else check_full)(facts)


def write_predictions(folder: Path) -> None:
    crossed = Polygon(((10.4, 10.6, 90.2, 9.9, 12.0, 30.0, 90.7, 30.1),))
    found = [PredictedObject(0, 0.9, crossed.bounds(), crossed), PredictedObject(1, 0.8, Box(40.2, 40.4, 40.3, 90))]
    with write_pack(folder / "a.pack", PackHeader(("text_line", "Seal {x}"), "segmentation")) as packer:
        packer.add(PredictedImage("a/one.jpg", "", 100, 80), found)
    for form in PAGES:
        with read_pack(folder / "a.pack") as pack:
            export_pack(pack, PredictionExport(PredictionSetId("s"), form, folder / "predicted" / form, 0.5))


def check_predicted(facts: dict[str, Any]) -> None:
    assert facts["errors"] == []
    assert facts["image"] == ["one.jpg", 100, 80]
    (line,) = facts["lines"].values()
    assert line[0][0][0] == 10 and line[0][-1][0] == 91, "a baseline from the left to the right"
    assert sorted(map(tuple, line[1])) == [(10, 11), (12, 30), (90, 10), (91, 30)]
    kinds = sorted(kind for kind, _ in facts["regions"].values())
    assert kinds in (["Seal {x}", "text"], [r"Seal \u007bx\u007d", "text"])


def check_full(facts: dict[str, Any]) -> None:
    assert facts["errors"] == []
    assert facts["image"] == ["f 11.tif.jpeg", 400, 300]
    assert facts["lines"].keys() == {"l1", "l2", "gone_1", "alone"}
    assert facts["lines"]["l1"] == [
        [[22, 45], [278, 47]],
        [[20, 20], [280, 22], [278, 50], [22, 48]],
        "First  \u017fi vis",
        ["main"],
    ]
    assert facts["lines"]["l2"][2] == "Second & <last>"
    assert {key: kind for key, (kind, _) in facts["regions"].items()} == {
        "note": "MarginTextZone", "main": "MainZone#1", "g": "GraphicZone", "gone": "text", "calque_lines": "text",
    }  # fmt: skip
    orders = set(map(tuple, facts["orders"].values()))
    assert orders == {("l1", "l2", "gone_1", "alone")}, "however it is stated"


def test_pages_of_a_print_go_out_as_they_came_in(tmp_path: Path, pages18c: Path | None) -> None:
    """694 lines and 105 zones: for kraken the same in all three, and for Calque too."""
    if pages18c is None:
        return
    source = ImportSource(pages18c)

    def size_of(path: Path) -> PictureSize:
        header = read_header(path)
        return PictureSize(header.width, header.height)

    before = gather(the_format("alto").read(source, size_of=size_of)).images
    files = {pages18c / Path(image.source_file).relative_to(pages18c): image.path for image in before}
    assert sum(len(image.annotations) for image in before) == 694 + 105
    written: dict[str, list[Path]] = {path: [file] for file, path in files.items()}
    for slug in PAGES:
        write_data_set(the_format(slug), iter(before), classes_of(*before), tmp_path / slug)
        back = gather(the_format(slug).read(ImportSource(tmp_path / slug, pages18c), size_of=size_of)).images
        assert {image.path: said(image) for image in back} == {image.path: said(image) for image in before}
        for path in written:
            written[path].append((tmp_path / slug / path).with_suffix(".xml"))
    facts = asked([file for found in written.values() for file in found])
    n_lines = 0
    for own, *ours in written.values():
        n_lines += len(facts[own]["lines"])
        for file in ours:
            assert facts[file]["errors"] == []
            assert facts[file]["orders"]["line_implicit"] == facts[own]["orders"]["line_implicit"]
            assert {key: facts[file][key] for key in ("lines", "regions", "image")} == {
                key: facts[own][key] for key in ("lines", "regions", "image")
            }
    assert n_lines == 694


def said(image: RawImage) -> list[tuple[object, ...]]:
    return sorted(
        ((item.category, item.geometry, item.details) for item in image.annotations),
        key=lambda row: repr(row[2]),
    )
