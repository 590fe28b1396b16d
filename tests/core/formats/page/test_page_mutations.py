"""PAGE folders with bytes changed, cut, doubled: read as far as possible, and nothing is lost in silence."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from core.domain.imports import ImportSource
from core.errors import FormatError
from core.formats.base import PictureSize, gather
from core.formats.page import FORMAT
from core.formats.reading.xml_files import read_xml
from tests.core.formats.test_mutations import make, said

N = int(os.environ.get("CALQUE_MUTATIONS", "60"))
"""Folders; more by hand, e.g. CALQUE_MUTATIONS=5000."""

COORDS = '<Coords points="1,1 9,1 9,9 1,9"/>'
PAGE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"><Metadata/>\n'
    '<Page imageFilename="{}.tif" imageWidth="100" imageHeight="80"><ReadingOrder><OrderedGroup id="o">'
    '<RegionRefIndexed index="0" regionRef="r"/></OrderedGroup></ReadingOrder>\n'
    f'<TextRegion id="r" custom="readingOrder {{{{index:0;}}}} structure {{{{type:main;}}}}">{COORDS}\n'
    f'<TextLine id="a" custom="readingOrder {{{{index:1;}}}} calque {{{{baseline:derived;}}}}">{COORDS}\n'
    '<Baseline points="1,8 9,8"/><TextEquiv index="0"><Unicode>Ave &amp; vale</Unicode></TextEquiv></TextLine>\n'
    f'<TextLine id="b"><Word id="w">{COORDS}</Word></TextLine>\n'
    '<TextLine id="c"><Baseline points="1,2 3,4"/></TextLine>\n'
    '<TextRegion id="calque_lines" custom="calque {{made:container;}}"><TextLine id="d"><Coords points="5,5 9,5 9,9"/>'
    '</TextLine>\n</TextRegion></TextRegion><ImageRegion id="i"><Coords><Point x="1" y="2"/></Coords></ImageRegion>\n'
    "</Page></PcGts>"
)
FILES = {f"page/{name}.xml": PAGE.format(name) for name in "abc"}


@pytest.mark.parametrize("seed", range(4))
def test_page(tmp_path: Path, seed: int) -> None:
    for number in range(N // 4):
        rng = random.Random(f"{seed}/{number}")
        root = tmp_path / str(number)
        make(root, FILES, ("images/a.jpg", "images/b.jpg", "images/c.jpg"), rng)
        assert 0 <= FORMAT.detect(root) <= 1
        try:
            result = gather(FORMAT.read(ImportSource(root), size_of=lambda _: PictureSize(100, 80)))
        except FormatError as error:
            assert error.text.isprintable()
            continue
        assert all(problem.text.isprintable() for problem in result.problems)
        n_others = sum(problem.kind == "annotations-not-read" for problem in result.problems)
        images = {image.source_file: image for image in result.images}
        for file in sorted(root.glob("page/*.xml")):
            image, problems = images.get(str(file)), said(result, file)
            assert image is not None or problems or n_others, (number, file)
            if image is None:
                continue
            page = next(node for node in read_xml(file).children if node.name == "Page")
            n_stated = sum(node.name == "TextLine" for node in page.walk())
            n_read = sum(item.category == "text_line" for item in image.annotations)
            assert n_stated <= n_read + len(problems), (number, file)
            assert not (n_stated and image.is_explicit_negative)
