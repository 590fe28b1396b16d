"""Colours, palette and the little style sheet: our own on Qt's Fusion style, light and dark.

Every text colour has a contrast of at least 4.5 : 1 on the surfaces it stands on (tests/ui/test_theme.py).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from core.domain.categories import PALETTE
from core.domain.projects import OWN_COLOUR

STYLE_FILE = Path(__file__).resolve().parent.parent / "resources" / "theme" / "style.qss"

OKABE_ITO = PALETTE  # for curves too


class ThemeMode(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as "#rrggbb"."""

    is_dark: bool
    window: str  # behind everything
    surface: str  # cards, lists, inputs
    raised: str  # headers, hovered rows
    border: str
    text: str
    text_muted: str
    text_disabled: str
    icon: str
    accent: str
    accent_hover: str
    on_accent: str
    selection: str
    info: str
    success: str
    warning: str
    error: str
    info_soft: str  # backgrounds of banners and badges
    success_soft: str
    warning_soft: str
    error_soft: str
    neutral_soft: str
    canvas: str  # behind images


LIGHT = Theme(
    is_dark=False,
    window="#f4f5f7",
    surface="#ffffff",
    raised="#eceef2",
    border="#d3d7de",
    text="#1c2330",
    text_muted="#586174",
    text_disabled="#9aa2b1",
    icon="#465064",
    accent="#1f5fbf",
    accent_hover="#194f9f",
    on_accent="#ffffff",
    selection="#dbe7fa",
    info="#1f5fbf",
    success="#1a7248",
    warning="#8a5300",
    error="#b3261e",
    info_soft="#e4edfb",
    success_soft="#def3e7",
    warning_soft="#fdf0d8",
    error_soft="#fde7e5",
    neutral_soft="#e8eaef",
    canvas="#dfe2e8",
)

DARK = Theme(
    is_dark=True,
    window="#16191f",
    surface="#1e222a",
    raised="#272c36",
    border="#3a414e",
    text="#e6e9ef",
    text_muted="#a3acbc",
    text_disabled="#69717f",
    icon="#b9c1cf",
    accent="#7fb0ff",
    accent_hover="#a2c6ff",
    on_accent="#0d1b33",
    selection="#2b3f60",
    info="#8ab8ff",
    success="#6fd6a0",
    warning="#f2bd62",
    error="#ff9a90",
    info_soft="#1f2f49",
    success_soft="#1a3a2b",
    warning_soft="#41311a",
    error_soft="#47221f",
    neutral_soft="#2c323d",
    canvas="#101216",
)


class ThemeNotifier(QObject):
    """Announces a change of theme, for widgets that paint with colours of their own (plots, viewers)."""

    theme_changed = Signal(object)  # Theme


_state: dict[str, Theme] = {"theme": LIGHT}
_notifier: dict[str, ThemeNotifier] = {}


def current_theme() -> Theme:
    return _state["theme"]


def theme_notifier() -> ThemeNotifier:
    """The one notifier of the process, made on first use."""
    if "it" not in _notifier:
        _notifier["it"] = ThemeNotifier()
    return _notifier["it"]


def category_colour(index: int) -> QColor:
    """The colour of a project's class number `index`: Okabe-Ito first, then turned hues. From OWN_COLOUR on the number
    is a colour that a person chose (`Category.colour_number`)."""
    if index >= OWN_COLOUR:
        return QColor.fromRgb(index & 0xFFFFFF | 0xFF000000)
    if index < len(OKABE_ITO):
        return QColor(OKABE_ITO[index])
    # The golden angle spreads any number of further hues evenly.
    return QColor.fromHsvF((index * 0.618034) % 1.0, 0.62, 0.85)


def apply_theme(application: QApplication, mode: ThemeMode) -> Theme:
    """Put `mode` in force on the whole application and tell everyone who paints with own colours."""
    is_dark = mode == ThemeMode.DARK or (
        mode == ThemeMode.SYSTEM and application.styleHints().colorScheme() == Qt.ColorScheme.Dark
    )
    theme = DARK if is_dark else LIGHT
    _state["theme"] = theme
    application.setStyle("Fusion")
    application.setPalette(_palette(theme))
    application.setStyleSheet(style_sheet(theme))
    theme_notifier().theme_changed.emit(theme)
    return theme


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    pairs = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.window,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.text_muted,
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.text,
        role.Mid: theme.border,
        role.Midlight: theme.raised,
        role.Dark: theme.border,
        role.Light: theme.raised,
        role.Accent: theme.accent,
    }
    for key, value in pairs.items():
        palette.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, QColor(theme.text_disabled))
    return palette


def style_sheet(theme: Theme) -> str:
    """`resources/theme/style.qss` with the theme's colours and the places of its pictures filled in."""
    text = STYLE_FILE.read_text(encoding="utf-8")
    text = text.replace("{theme_folder}", STYLE_FILE.parent.as_posix())
    text = text.replace("{shade}", "dark" if theme.is_dark else "light")
    text = text.replace("{other_shade}", "light" if theme.is_dark else "dark")  # on the accent colour
    for field in fields(theme):
        text = text.replace("{" + field.name + "}", str(getattr(theme, field.name)))
    return text
