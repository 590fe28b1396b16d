from __future__ import annotations

from typing import Literal

import pytest

from core.domain.workers import FieldKind, FieldProblem
from core.errors import RefusedError
from core.workers.configuration import (
    WorkerConfiguration,
    check,
    differing,
    field_specs,
    make,
    parse_text,
    resolve,
    setting,
)


class Oven(WorkerConfiguration):
    is_on: bool = setting(False, title="Switched on")
    minutes: int = setting(20, title="Minutes", minimum=1, maximum=90, step=5, unit="min", help="How long.")
    heat: float = setting(180.0, title="Heat", minimum=0.5, maximum=300, group="Temperature", is_advanced=True)
    racks: int | None = setting(None, title="Racks", minimum=1, maximum=3)
    name: str = setting("plain", title="Name")
    mode: Literal["fan", "grill"] = setting("fan", title="Mode", choices={"fan": "Fan", "grill": "Grill"})
    grill_side: Literal["top", "both"] = setting(
        "top", title="Side", choices={"top": "Top", "both": "Both"}, depends_on=("mode", ("grill",))
    )

    def problems(self) -> tuple[FieldProblem, ...]:
        if self.mode == "grill" and self.heat > 250:
            return (FieldProblem("heat", "Too hot for the grill."),)
        return ()


def _texts(values: dict[str, object]) -> list[tuple[str, str, bool]]:
    return [(problem.field, problem.text, problem.is_error) for problem in check(Oven, values)]  # type: ignore[arg-type]


def test_fields_become_records_in_order() -> None:
    specs = {spec.name: spec for spec in field_specs(Oven)}
    assert list(specs) == ["is_on", "minutes", "heat", "racks", "name", "mode", "grill_side"]
    minutes = specs["minutes"]
    assert (minutes.kind, minutes.default, minutes.minimum, minutes.maximum) == (FieldKind.INTEGER, 20, 1, 90)
    assert (minutes.step, minutes.unit, minutes.help) == (5, "min", "How long.")
    assert specs["heat"].is_advanced
    assert specs["heat"].group == "Temperature"
    assert specs["racks"].kind is FieldKind.INTEGER_OR_AUTO
    assert specs["racks"].is_optional
    assert specs["mode"].choices == (("fan", "Fan"), ("grill", "Grill"))
    assert specs["grill_side"].depends_on == ("mode", ("grill",))


def test_an_empty_configuration_has_no_problem_and_resolves_to_the_defaults() -> None:
    assert check(Oven, {}) == ()
    assert resolve(Oven, {}) == {
        "is_on": False,
        "minutes": 20,
        "heat": 180.0,
        "racks": None,
        "name": "plain",
        "mode": "fan",
        "grill_side": "top",
    }


@pytest.mark.parametrize(
    ("values", "field", "text"),
    [
        ({"minutes": 0}, "minutes", '"Minutes" must be between 1 and 90 min.'),
        ({"minutes": 1000}, "minutes", '"Minutes" must be between 1 and 90 min.'),
        ({"minutes": 1.5}, "minutes", '"Minutes" must be a whole number between 1 and 90 min.'),
        ({"minutes": "long"}, "minutes", '"Minutes" must be a whole number between 1 and 90 min.'),
        ({"minutes": True}, "minutes", '"Minutes" must be a whole number between 1 and 90 min.'),
        ({"minutes": None}, "minutes", '"Minutes" is required.'),
        ({"heat": float("nan")}, "heat", '"Heat" must be between 0.5 and 300.'),
        ({"heat": float("inf")}, "heat", '"Heat" must be between 0.5 and 300.'),
        ({"heat": 1e9}, "heat", '"Heat" must be between 0.5 and 300.'),
        ({"racks": 4}, "racks", '"Racks" must be between 1 and 3.'),
        ({"is_on": 1}, "is_on", '"Switched on" must be on or off.'),
        ({"mode": "steam"}, "mode", '"Mode" must be one of Fan, Grill.'),
        ({"name": 3}, "name", '"Name" must be a text.'),
    ],
)
def test_a_value_out_of_range_or_of_the_wrong_type_is_said_in_words(
    values: dict[str, object], field: str, text: str
) -> None:
    assert _texts(values) == [(field, text, True)]


def test_every_wrong_field_is_named_at_once() -> None:
    assert [field for field, _, _ in _texts({"minutes": 0, "heat": -1, "mode": ""})] == ["minutes", "heat", "mode"]


def test_problems_carry_the_codes_of_the_catalogue() -> None:
    codes = {problem.field: problem.code for problem in check(Oven, {"minutes": 0, "name": None, "colour": "red"})}
    assert codes == {"minutes": "E-132", "name": "E-131", "colour": "W-133"}


def test_unknown_keys_are_reported_and_kept() -> None:
    values = {"colour": "red", "minutes": 30}
    assert _texts(values) == [("colour", 'This worker does not know "colour"; the value is kept and not used.', False)]
    resolved = resolve(Oven, values)  # type: ignore[arg-type]
    assert resolved["colour"] == "red"
    assert make(Oven, resolved).minutes == 30


def test_combinations_are_checked_once_single_fields_are_right() -> None:
    assert _texts({"mode": "grill", "heat": 280}) == [("heat", "Too hot for the grill.", True)]


def test_resolving_a_wrong_configuration_is_refused() -> None:
    with pytest.raises(RefusedError, match="between 1 and 90"):
        resolve(Oven, {"minutes": 0})


def test_a_whole_number_fits_where_a_fraction_is_asked() -> None:
    heat = resolve(Oven, {"heat": 200})["heat"]
    assert heat == 200.0
    assert isinstance(heat, float)


def test_only_what_differs_from_the_defaults_is_stored() -> None:
    assert differing(Oven, {"minutes": 20, "is_on": True, "colour": "red"}) == {"is_on": True, "colour": "red"}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("minutes", "30", 30),
        ("minutes", "soon", "soon"),
        ("heat", "1e2", 100.0),
        ("is_on", "yes", True),
        ("is_on", "off", False),
        ("racks", "auto", None),
        ("racks", "2", 2),
        ("mode", "grill", "grill"),
        ("colour", "red", "red"),
    ],
)
def test_text_of_a_command_line_becomes_a_value_of_the_field(name: str, text: str, value: object) -> None:
    assert parse_text(Oven, name, text) == value


def test_a_default_that_goes_with_another_field() -> None:
    class Following(WorkerConfiguration):
        optimizer: Literal["Adam", "SGD"] = setting("Adam", title="Optimizer", choices={"Adam": "Adam", "SGD": "SGD"})
        lr: float = setting(0.001, title="Rate", default_by=("optimizer", {"Adam": 0.001, "SGD": 0.01}))

    assert resolve(Following, {})["lr"] == 0.001
    assert resolve(Following, {"optimizer": "SGD"})["lr"] == 0.01
    assert resolve(Following, {"optimizer": "SGD", "lr": 0.001})["lr"] == 0.001
    assert differing(Following, {"optimizer": "SGD", "lr": 0.01}) == {"optimizer": "SGD"}
    assert differing(Following, {"optimizer": "SGD", "lr": 0.001}) == {"optimizer": "SGD", "lr": 0.001}
    assert field_specs(Following)[1].default_in({"optimizer": "SGD"}) == 0.01
    assert check(Following, {"optimizer": "SGD"}) == ()
