"""Every format reads mutated files without a crash, without writing, in little time and memory.

Thousands a format by hand: `CALQUE_FUZZ=10000 pytest -m long tests/fuzz`, one format with `-k yolo`. A case that
failed comes again with `CALQUE_FUZZ=1 CALQUE_FUZZ_FIRST=<its number>`; its files are kept where the failure says.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.formats.catalog import FormatCatalog
from tests.fuzz.seeds import make_seeds

SAMPLE = 60
MANY = int(os.environ.get("CALQUE_FUZZ", "10000"))
FIRST = int(os.environ.get("CALQUE_FUZZ_FIRST", "0"))
SLUGS = [info.slug for info in FormatCatalog().list_formats()]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a process's memory is limited by POSIX's means")


def fuzz(slug: str, folder: Path, n: int, *, first: int = 0, shared: Path | None = None, timeout: float) -> None:
    make_seeds(slug, folder / "seeds", shared)
    (folder / "work").mkdir()
    job = {"slug": slug, "first": first, "n": n}
    job |= {name: str(folder / name) for name in ("seeds", "work", "kept")}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("child.py")), json.dumps(job)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    at = folder / "work" / "at"
    assert done.returncode == 0, (
        f"ended with {done.returncode} at {at.read_text() if at.exists() else 0}: {done.stderr}"
    )
    result = json.loads(done.stdout.splitlines()[-1])
    texts = [
        f"{one['case']}: {one['text']}\n{one['files']} kept in {one['kept']}\n{one['trace']}"
        for one in result["failures"]
    ]
    assert not texts, f"{len(texts)} of {result['n']}:\n" + "\n".join(texts)
    assert result["n"] == n


@pytest.mark.parametrize("slug", SLUGS)
def test_some_mutated_files(slug: str, tmp_path: Path) -> None:
    fuzz(slug, tmp_path, SAMPLE, timeout=250)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("slug", SLUGS)
def test_many_mutated_files(slug: str, tmp_path: Path, voc100: Path | None) -> None:
    """Also of the real files, where this machine has them."""
    fuzz(slug, tmp_path, MANY, first=FIRST, shared=voc100 and voc100.parents[1], timeout=7000)
