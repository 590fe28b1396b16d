"""What a person can wish of a class where classes are listed."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtWidgets import QMenu, QWidget

from core.domain.ids import CategoryId
from ui.icons import icon


class ClassVerb(StrEnum):
    ADD = "add"
    RENAME = "rename"
    RECOLOUR = "recolour"
    MERGE = "merge"
    DELETE = "delete"
    EDIT = "edit"  # all classes, in a dialog of their own


def class_menu(
    parent: QWidget, category: CategoryId | None, wish: Callable[[ClassVerb, CategoryId | None], object]
) -> QMenu:
    """`category` None: only what concerns all of them."""
    menu = QMenu(parent)
    if category is not None:
        for icon_name, text, verb in (
            ("pencil", menu.tr("&Rename…") + "\tF2", ClassVerb.RENAME),
            ("palette", menu.tr("&Colour…"), ClassVerb.RECOLOUR),
            ("merge", menu.tr("&Merge into…"), ClassVerb.MERGE),
            ("trash-2", menu.tr("&Delete…") + "\tDel", ClassVerb.DELETE),
        ):
            menu.addAction(icon(icon_name), text).triggered.connect(lambda _=False, verb=verb: wish(verb, category))
        menu.addSeparator()
    menu.addAction(icon("plus"), menu.tr("&Add a class…")).triggered.connect(lambda: wish(ClassVerb.ADD, None))
    menu.addAction(icon("tags"), menu.tr("&Edit classes…")).triggered.connect(lambda: wish(ClassVerb.EDIT, category))
    return menu
