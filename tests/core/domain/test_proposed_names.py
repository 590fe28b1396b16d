from __future__ import annotations

from core.domain.proposed_names import MAX_MODEL_NAME, free_name, proposed_model_name


def test_the_name_follows_technology_data_and_element() -> None:
    assert proposed_model_name("YOLO detection", "Charters", ()) == "YOLO | Charters (page)"
    assert proposed_model_name("Image classifier", "Seals", ()) == "Classifier | Seals (page)"
    taken = ("YOLO | Charters (page)",)
    assert proposed_model_name("YOLO detection", "Charters", taken) == "YOLO | Charters (page) 2"
    assert proposed_model_name("", "Charters", ()) == "Model | Charters (page)"


def test_a_long_project_leaves_room_for_the_pattern() -> None:
    name = proposed_model_name("YOLO detection", "x" * 300, ("YOLO | " + "x" * 83 + " (page)",))
    assert len(name) <= 100
    assert name.endswith(("(page)", "(page) 2"))


def test_the_first_free_number() -> None:
    assert free_name("A", ()) == "A"
    assert free_name("A", ("A", "A 2", "A 4")) == "A 3"


def test_a_model_of_crops_is_called_after_them() -> None:
    assert proposed_model_name("Image classifier", "Seals", (), crops=("wax",)) == "Classifier | Seals (crops of wax)"
    assert proposed_model_name("Image classifier", "Seals", (), crops=("a", "b")) == "Classifier | Seals (crops)"
    assert len(proposed_model_name("Image classifier", "x" * 300, (), crops=("y" * 300,))) <= MAX_MODEL_NAME
