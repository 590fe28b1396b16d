"""The contract, as far as a database of elements can keep it."""

from __future__ import annotations

from pathlib import Path

from core.formats.arkindex import FORMAT
from core.formats.testing import FormatContract


class TestArkindex(FormatContract):
    format = FORMAT

    def test_missing_images_are_told(self, tmp_path: Path) -> None:
        """Once for all: an export may name a hundred thousand."""
        root, target = self._written(tmp_path)
        for gone in ("a.jpg", "sub/a.jpg", "set/images/a.jpg"):
            (root / gone).unlink()
        result = self._read(root, target)
        assert not {"a.jpg", "sub/a.jpg", "set/images/a.jpg"} & {image.path for image in result.images}
        (told,) = [problem for problem in result.problems if problem.code == "W-204"]
        assert told.text.startswith("3 images of the 7 not found in the folder")
