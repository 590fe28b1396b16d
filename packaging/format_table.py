"""Writes the table of formats into the guide: `python packaging/format_table.py`, after a format has changed."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core.domain.format_table import markdown  # noqa: E402 - the path comes first
from core.formats.catalog import FormatCatalog  # noqa: E402

PAGE = ROOT / "docs" / "guide" / "formats.md"
BEGIN, END = "<!-- the table is written by packaging/format_table.py -->\n", "<!-- end of the table -->"


def with_table(page: str) -> str:
    """The page with the table of the formats that are installed."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{markdown(FormatCatalog().list_formats())}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
