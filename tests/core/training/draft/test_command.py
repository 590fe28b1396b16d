"""A plan as a run.toml and as a command: what is written is read back."""

from __future__ import annotations

import tomllib
from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.training_plan import TrainingPlan
from core.errors import FormatError
from core.training.draft.command import from_toml, to_arguments, to_toml

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
    values=st.dictionaries(keys, st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), words)),
)


UNHURRIED = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])


@UNHURRIED
@given(plans)
def test_a_run_toml_gives_the_plan_back(plan):
    assert from_toml(to_toml(plan)) == plan


def test_a_short_file_is_enough():
    plan = from_toml(
        'project = "P"\nworker = "yolo-detect"\nmodel = "M"\ntrain = "a"\ntest = ["."]\n[values]\nepochs = 3\n'
    )

    assert plan == TrainingPlan(
        project="P", worker="yolo-detect", model="M", train=("a",), test=("",), values={"epochs": 3}
    )


def test_only_what_differs_is_written():
    text = to_toml(
        TrainingPlan(project='A "b"', worker="w", model="m", train=("a", ""), minutes=None, values={"batch": None})
    )

    assert tomllib.loads(text) == {
        "project": 'A "b"',
        "worker": "w",
        "model": "m",
        "train": ["a", ""],
        "minutes": "no limit",
        "values": {"batch": "none"},
    }


def test_arguments_that_look_like_options_are_tied_to_theirs():
    arguments = to_arguments(TrainingPlan(project="-p", model="m", train=("",), seed=3))

    assert arguments == ["--project=-p", "--model", "m", "--device", "cpu", "--train", ".", "--seed", "3"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("project = = 3", ["not valid TOML", "line 1"]),
        ('proj = "x"', ['unknown key "proj"', "project"]),
        ("train = 3", ['"train"', "list of texts"]),
        ("train = [1]", ["list of texts"]),
        ('seed = "1"', ['"seed"', "whole number"]),
        ("seed = true", ["whole number"]),
        ('minutes = "soon"', ['"minutes"', "no limit"]),
        ("val_ratio = true", ["a number"]),
        ("name = 3", ["a text"]),
        ("allow_download = 1", ["true or false"]),
        ("values = 3", ["a table"]),
        ("values = " + "[" * 5000, ["run.toml"]),
    ],
)
def test_what_is_wrong_is_said(text, words):
    with pytest.raises(FormatError) as error:
        from_toml(text)

    for word in words:
        assert word in error.value.text


def test_every_field_of_a_plan_has_a_default_so_that_files_can_be_short():
    assert from_toml("") == TrainingPlan()
    assert {item.name for item in fields(TrainingPlan)} >= {"project", "values"}
