"""The command that the review page offers to copy is one that the command line understands."""

from __future__ import annotations

import shlex
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.verbs.parser import make_parser
from app.verbs.training import plan_from
from core.domain.training_plan import TrainingPlan
from core.training.draft.command import to_command
from core.training.draft.conditions_text import conditions_text

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = words.filter(lambda text: text.strip() == text)
folders = st.lists(names.filter(lambda t: not t.endswith("/") and t not in (".", "./")), max_size=2).map(tuple)
keys = st.from_regex(r"[a-z][a-z_0-9]{0,8}", fullmatch=True)
plans = st.builds(
    TrainingPlan,
    project=names,
    name=names,
    worker=names,
    configuration=names,
    model=names,
    model_description=words,
    version_name=names,
    start=st.sampled_from(["scratch", "pretrained", "0199aa", "/a b/weights.pt"]),
    allow_download=st.booleans(),
    train=folders,
    val=folders,
    test=folders,
    stated_sets=st.lists(st.sampled_from(["train", "val", "test"]), unique=True).map(tuple),
    val_ratio=st.floats(0.01, 0.99),
    classes=folders.map(lambda items: tuple(item for item in items if item)),
    seed=st.integers(0, 2**40),
    device=st.sampled_from(["cpu", "cuda:1"]),
    minutes=st.one_of(st.none(), st.floats(6, 6000)),
    use_images_without_objects=st.booleans(),
    include_model_annotations=st.booleans(),
    task=st.sampled_from(["", "tagging"]),
    crop_of=st.lists(names.filter(bool), max_size=2).map(tuple),
    conditions=st.lists(st.lists(words.filter(bool), min_size=1).map(conditions_text), max_size=2).map(tuple),
    train_filter=words,
    val_filter=words,
    test_filter=words,
    tagged=st.lists(st.sampled_from(["train", "val", "test"]), unique=True).map(tuple),
    dataset=names,
    sets=st.lists(names.filter(bool), max_size=2).map(tuple),
    values=st.dictionaries(keys, st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), words)),
)


UNHURRIED = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])


@UNHURRIED
@given(plans)
def test_the_command_line_understands_its_own_command(plan):
    """Beside the description, which has no option, and the types of values, which the worker's fields decide."""
    words = shlex.split(to_command(plan))
    assert words[:2] == ["calque", "train"]

    arguments = make_parser().parse_args(words[1:])

    read = plan_from(arguments)
    expected = replace(plan, values={}, model_description="")
    if plan.val or plan.val_filter or "val" in (*plan.stated_sets, *plan.tagged):
        expected = replace(expected, val_ratio=0.2)
    if plan.minutes is not None:
        expected = replace(expected, minutes=float(f"{plan.minutes:.15g}"))
    assert read == expected
    assert [setting.partition("=")[0] for setting in arguments.settings or ()] == list(plan.values)
