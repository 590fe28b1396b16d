"""Several processes at work on one project, some of them killed: the registry is sound, nothing half is left, and what
each holds in memory is what the registry says."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.domain.filters import Condition, Group, Operator
from core.domain.image_order import BY_PATH
from core.domain.projects import ImageFilter
from core.errors import CalqueError, RegistryError, RegistryLockedError
from tests.core.labelling.person import Person, Turn
from tests.core.labelling.undo_site import Site, copied, listed_alike, make_template, write_coco

VERBS = sorted(name.removeprefix("do_") for name in dir(Person) if name.startswith("do_"))
_SECONDS, _N_PEOPLE = 40.0, 3


class Hand:
    """In a process of its own. Anything but an error in words ends it."""

    def __init__(self, folder: Path, number: int) -> None:
        self.chance = random.Random(number)
        self.site = Site(folder / "home")
        self.site.listings.prepare(self.site.id, BY_PATH)
        self.file = folder / f"{number}.json"
        self.done: list[Turn] = []

    def work(self, until: float) -> None:
        while time.monotonic() < until:
            try:
                self._step()
            except CalqueError as error:
                is_only_slow = isinstance(error, RegistryLockedError)
                assert is_only_slow or not isinstance(error, RegistryError), error  # nothing that only SQLite refuses

    def look(self) -> None:
        project = self.site.id
        has = [Group(items=(Condition(field, Operator.EXISTS, True),)) for field in ("tag", "set", "label")]
        classes = self.site.projects.list_categories(project)
        filters = [ImageFilter(project), ImageFilter(project, is_annotated=True)]
        filters += [ImageFilter(project, where=one) for one in has]
        listed_alike(self.site, filters + [ImageFilter(project, categories=(one.id,)) for one in classes])

    def _step(self) -> None:
        what = self.chance.random()
        if what < 0.6:
            self.done.append(Person(self.site, self.chance.randrange(2**20)).act(self.chance.choice(VERBS)))
        elif what < 0.9 and self.done:
            self.done.pop(self.chance.randrange(len(self.done))).turn()
        elif what < 0.93:
            self.site.import_file(write_coco(self.file, self.chance), replace=self.chance.random() < 0.5)
        elif what < 0.94:
            self.site.trash.empty(self.site.id)
        elif what < 0.95:
            datasets = self.site.editing.list_datasets(self.site.id)
            if datasets:
                self.site.freezing.freeze(self.chance.choice(datasets).id)
        else:
            self.site.listings.list_ids(ImageFilter(self.site.id), BY_PATH)


def begin(folder: Path, number: int, seconds: float) -> subprocess.Popen[str]:
    code = (
        "import sys, time; from pathlib import Path; from tests.core.labelling.test_many_hands import Hand\n"
        f"hand = Hand(Path({str(folder)!r}), {number}); hand.work(time.monotonic() + {seconds})\n"
        "print('done', flush=True); sys.stdin.readline(); hand.look(); hand.site.close(); print('alike')"
    )
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True, cwd=Path.cwd()
    )


@pytest.mark.long
def test_many_hands_and_killed_ones_leave_a_sound_registry(tmp_path: Path) -> None:
    copied(make_template(tmp_path), tmp_path / "home").close()
    chance, end = random.Random(5), time.monotonic() + _SECONDS
    people = [begin(tmp_path, number, _SECONDS) for number in range(_N_PEOPLE)]
    n_killed = 0
    while time.monotonic() < end:
        with begin(tmp_path, 100 + n_killed, _SECONDS) as victim:
            time.sleep(chance.uniform(3, 6))
            victim.kill()
        n_killed += 1
    for one in people:
        assert one.stdout is not None
        said = one.stdout.readline()
        assert said == "done\n", said + one.stdout.read()
    for one in people:
        assert one.communicate("\n") == ("alike\n", None)
    site = Site(tmp_path / "home")
    site.assert_sound()
    for dataset in site.editing.list_datasets(site.id):
        site.editing.describe(dataset.id, "open") if not dataset.version else site.freezing.open_frozen(dataset.id)
    site.freezing.recover()
    assert [file.name for file in site.freezing_folder.iterdir() if file.suffix in (".tmp", ".building")] == []
    site.close()
