"""What a setting is called, for people: in the words of its worker's form, else in those of this table. No widgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.domain.workers import FieldSpec


@dataclass(frozen=True, slots=True)
class SettingWords:
    title: str
    help: str = ""


OTHERS: Mapping[str, SettingWords] = {
    "amp": SettingWords("Mixed precision", "Half of the digits where that changes nothing: faster on a GPU."),
    "precision": SettingWords("Precision", "Of the numbers that the network calculates with."),
    "deterministic": SettingWords("Repeatable", "The same inputs and seed give the same numbers again."),
    "seed": SettingWords("Seed", "Of everything that is drawn by lot."),
    "workers": SettingWords("Reading processes", "That read images beside the training."),
    "threads": SettingWords("Threads", "Of the processor that the network calculates on."),
    "device": SettingWords("Device"),
    "parameters": SettingWords("Parameters", "Numbers that the network has learned."),
    "train images": SettingWords("Training images"),
    "validation images": SettingWords("Validation images"),
    "train images measured": SettingWords(
        "Training images measured", "After an epoch, to see what was learned by heart."
    ),
}
"""Of what no form asks: the trainer decides it and says so."""


def words_of(fields: Iterable[FieldSpec]) -> Mapping[str, SettingWords]:
    """By the settings' names."""
    return {**OTHERS, **{field.name: SettingWords(field.title, field.help) for field in fields}}


def setting_text(name: str, words: Mapping[str, SettingWords]) -> str:
    """ "Initial learning rate (lr0)": the engine's name is what other programs and papers use."""
    told = words.get(name)
    if told is None or told.title.casefold() == name.casefold():
        return told.title if told is not None else name
    return f"{told.title} ({name})"


def setting_help(name: str, words: Mapping[str, SettingWords]) -> str:
    told = words.get(name)
    return told.help if told is not None else ""
