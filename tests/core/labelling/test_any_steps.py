"""Any steps of a person, undone and done again in any order: the tables are what they were, to the last row.

Meanwhile others import, freeze, and edit: what they did is never overwritten, and a step that is refused leaves
everything as it was.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from core.domain.filters import Condition, Group, Operator
from core.domain.image_order import BY_PATH
from core.domain.projects import ImageFilter
from core.errors import CalqueError, NotFoundError, RefusedError
from tests.core.labelling.person import Person, Turn, assert_same, everything, same
from tests.core.labelling.undo_site import copied, listed_alike, make_template, write_coco

VERBS = sorted(name.removeprefix("do_") for name in dir(Person) if name.startswith("do_"))
OTHERS = ("import", "import and replace", "freeze", "edit")


class AnyOrder(RuleBasedStateMachine):
    """`done` can be undone, `undone` done again, as the window's history has it."""

    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=self.template.parent))
        self.site = copied(self.template, self.folder / "home")
        self.site.listings.prepare(self.site.id, BY_PATH)
        self.done: list[Turn] = []
        self.undone: list[Turn] = []
        self.now = everything(self.site)
        self.start: dict[str, Any] | None = self.now  # None = others have changed something since
        self.n_looks = 0

    def teardown(self) -> None:
        while self.done:
            self._turn(self.done, self.undone)
        if self.start is not None:
            same(self.site, self.start, "all was undone")
        for _ in range(3):
            self._look()
        self.site.close()

    @rule(
        what=st.sampled_from(["act"] * 8 + ["undo"] * 3 + ["redo"] * 2 + ["other"]),
        verb=st.sampled_from(VERBS),
        other=st.sampled_from(OTHERS),
        seed=st.integers(0, 2**16),
    )
    def go_on(self, what: str, verb: str, other: str, seed: int) -> None:
        if what == "act":
            self._act(Person(self.site, seed), verb)
        elif what == "other":
            self._somebody_else(random.Random(seed), other, verb)
        elif what == "undo" and self.done:
            self._turn(self.done, self.undone)
        elif what == "redo" and self.undone:
            self._turn(self.undone, self.done)
        self._look()

    def _act(self, person: Person, verb: str) -> bool:
        try:
            turn = person.act(verb)
        except CalqueError:
            same(self.site, self.now, f"{verb} was refused")
            return False
        turn.before, self.now = self.now, everything(self.site)
        turn.after = self.now
        self.done.append(turn)
        self.undone.clear()
        return True

    def _turn(self, source: list[Turn], target: list[Turn]) -> None:
        turn, is_undo = source.pop(), source is self.done
        try:
            turn.turn()
        except (RefusedError, NotFoundError) as error:
            assert self.start is None, f"{turn.text} could not be turned: {error}"
            same(self.site, self.now, f"turning {turn.text} was refused")
        else:
            target.append(turn)
            self.now = everything(self.site)
            if self.start is not None:
                assert_same(self.now, turn.before if is_undo else turn.after, f"{turn.text} was turned")
        self._begin_anew_if_need_be()

    def _somebody_else(self, chance: random.Random, what: str, verb: str) -> None:
        if what == "edit":
            known = len(self.done), list(self.undone)
            if not self._act(Person(self.site, chance.randrange(2**16)), verb):
                return
            self.done, self.undone = self.done[: known[0]], known[1]
        elif what == "freeze":
            datasets = self.site.editing.list_datasets(self.site.id)
            if not datasets:
                return
            try:
                self.site.freezing.freeze(chance.choice(datasets).id)
            except RefusedError:
                return
        else:
            file = write_coco(self.template.parent / "again.json", chance)
            self.site.import_file(file, replace=what == "import and replace")
        self.start, self.now = None, everything(self.site)
        self._begin_anew_if_need_be()

    def _begin_anew_if_need_be(self) -> None:
        if self.start is None and not self.done:
            self.undone.clear()
            self.start = self.now

    def _look(self) -> None:
        self.site.assert_sound()
        project = self.site.id
        wanted = [
            ImageFilter(project),
            ImageFilter(project, is_annotated=True),
            ImageFilter(project, is_without_concept=True),
            ImageFilter(project, name_contains="a"),
            ImageFilter(project, where=Group(items=(Condition("tag", Operator.EXISTS, True),))),
            ImageFilter(project, where=Group(items=(Condition("set", Operator.EXISTS, True),))),
            ImageFilter(project, where=Group(items=(Condition("source", Operator.EQ, "human"),))),
        ]
        classes = self.site.projects.list_categories(project)
        wanted += [ImageFilter(project, categories=(one.id,)) for one in classes[:3]]
        listed_alike(self.site, wanted[self.n_looks % 3 :: 3])  # all of them every third time
        self.n_looks += 1


@pytest.fixture
def template(tmp_path: Path) -> Path:
    AnyOrder.template = make_template(tmp_path)
    return AnyOrder.template


_ALL = settings(
    deadline=None, database=None, suppress_health_check=list(HealthCheck), stateful_step_count=25, print_blob=True
)


def test_steps_are_undone_and_done_again_to_the_last_row(template: Path) -> None:
    run_state_machine_as_test(
        AnyOrder, settings=settings(_ALL, derandomize=True, max_examples=6, phases=[Phase.generate])
    )


@pytest.mark.long
def test_many_steps_are_undone_and_done_again_to_the_last_row(template: Path) -> None:
    run_state_machine_as_test(AnyOrder, settings=settings(_ALL, max_examples=300, stateful_step_count=60))
