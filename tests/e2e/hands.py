"""What a person's hands do to a window: buttons, menus and lists by the mouse, or the same by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDialog, QLineEdit, QMenu, QTabBar, QWidget
from pytestqt.qtbot import QtBot
from window_desk import Window

HANDS_MS = 45_000
MOST_STOPS = 90  # of Tab on its way round a window
LEFT, NOTHING_HELD = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


class Hands:
    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window = window
        self.bot = qtbot

    def until(self, condition: Callable[[], Any], what: object = "") -> None:
        """Wait for what is then seen; the failure says `what`, and what the window showed."""
        try:
            self.bot.waitUntil(lambda: bool(condition()), timeout=HANDS_MS)
        except Exception as error:
            told = [message.text for message in self.window.messages]
            raise AssertionError(f"Waited in vain: {what}. Focus: {focus_words()}. Messages: {told}") from error

    def settle(self) -> None:
        """Until nothing is at work in the background any more."""
        self.until(lambda: self.window.features.jobs.n_busy == 0, "the jobs")

    def dialog(self, kind: type[QDialog] = QDialog) -> Any:
        """The one in front, once it is there."""
        self.until(lambda: isinstance(QApplication.activeModalWidget(), kind), kind.__name__)
        return QApplication.activeModalWidget()

    def until_closed(self) -> None:
        self.until(lambda: QApplication.activeModalWidget() is None, "the dialog to close")


class Mouse(Hands):
    def press(self, inside: QWidget, name: str) -> None:
        """Click the visible button with this text or accessible name, once it can be clicked."""

        def find() -> QAbstractButton | None:
            return next((one for one in inside.findChildren(QAbstractButton) if _is(one, name)), None)

        self.until(lambda: (found := find()) is not None and found.isEnabled(), f'the button "{name}"')
        button = find()
        assert button is not None
        self.bot.mouseClick(button, LEFT)

    def write(self, inside: QWidget, name: str, text: str) -> None:
        """Into the line of this accessible name, in place of what stands there."""
        line = next(one for one in inside.findChildren(QLineEdit) if one.isVisible() and one.accessibleName() == name)
        self.write_line(line, text)

    def write_line(self, line: QWidget, text: str) -> None:
        assert isinstance(line, QLineEdit)
        self.bot.mouseDClick(line, LEFT)
        line.selectAll()
        self.bot.keyClicks(line, text)

    def pick_named(self, inside: QWidget, name: str, text: str) -> None:
        """From the list of this accessible name."""
        boxes = [one for one in inside.findChildren(QComboBox) if one.isVisible() and one.accessibleName() == name]
        self.pick(boxes[0], text)

    def pick(self, box: QComboBox, text: str) -> None:
        """Open the list and click the entry that begins so."""
        box.showPopup()
        view = box.view()
        self.until(view.isVisible, "the list to open")
        row = next(row for row in range(box.count()) if box.itemText(row).startswith(text))
        view.scrollTo(box.model().index(row, 0))
        self.bot.mouseClick(view.viewport(), LEFT, NOTHING_HELD, view.visualRect(box.model().index(row, 0)).center())
        self.until(lambda: not view.isVisible(), "the list to close")

    def cell(self, row: int) -> QPoint:
        """The middle of an image of the grid."""
        grid = self.window.features.browser.grid
        return grid.visualRect(grid.model().index(row, 0)).center()

    def tab(self, tabs: QTabBar, title: str) -> None:
        at = [tabs.tabText(index) for index in range(tabs.count())].index(title)
        self.bot.mouseClick(tabs, LEFT, NOTHING_HELD, tabs.tabRect(at).center())

    def context_menu(self, view: QWidget, at: QPoint) -> QMenu:
        """What the right button opens."""
        self.bot.mouseClick(view, Qt.MouseButton.RightButton, NOTHING_HELD, at)
        if QApplication.activePopupWidget() is None:
            reason = QContextMenuEvent.Reason.Mouse
            QApplication.sendEvent(view, QContextMenuEvent(reason, at, view.mapToGlobal(at)))
        return self.menu()

    def menu(self) -> QMenu:
        """The one that is open."""
        self.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "a menu")
        found = QApplication.activePopupWidget()
        assert isinstance(found, QMenu)
        return found

    def choose(self, *texts: str) -> None:
        """Through the open menu and its submenus; each text begins an entry."""
        for text in texts:
            menu = self.menu()
            words = [one.text().replace("&", "") for one in menu.actions()]
            at = next((at for at, one in enumerate(words) if one.startswith(text)), -1)
            assert at >= 0 and menu.actions()[at].isEnabled(), (text, words)
            self.bot.mouseClick(menu, LEFT, NOTHING_HELD, menu.actionGeometry(menu.actions()[at]).center())
            if text != texts[-1]:
                self.until(lambda menu=menu: QApplication.activePopupWidget() is not menu, text)

    def choose_from(self, inside: QWidget, name: str, *texts: str) -> None:
        """Through the menu of a button, which holds on until it is closed."""

        def choose() -> None:
            try:
                self.choose(*texts)
            finally:
                while (popup := QApplication.activePopupWidget()) is not None:
                    popup.close()

        QTimer.singleShot(0, choose)
        self.press(inside, name)

    def drag(self, view: QWidget, *points: tuple[float, float]) -> None:
        """Press at the first point, draw to the others, let go at the last."""
        for index, (x, y) in enumerate(points):
            kind = QEvent.Type.MouseMove if index else QEvent.Type.MouseButtonPress
            self._mouse(view, kind, QPointF(x, y), held=LEFT)
        self._mouse(view, QEvent.Type.MouseButtonRelease, QPointF(*points[-1]), held=Qt.MouseButton.NoButton)

    def _mouse(self, view: QWidget, kind: QEvent.Type, at: QPointF, *, held: Qt.MouseButton) -> None:
        button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else LEFT
        QApplication.sendEvent(view, QMouseEvent(kind, at, view.mapToGlobal(at), button, held, NOTHING_HELD))


class Keys(Hands):
    """Every key goes to whatever has the keyboard: what cannot be reached by Tab is not used."""

    @property
    def focused(self) -> Any:
        if QApplication.activePopupWidget() is not None:
            QApplication.processEvents()  # off screen a list hears late that it got the keyboard, even when gone
        popup = QApplication.activePopupWidget()
        if popup is not None:
            return popup
        front = QApplication.activeModalWidget() or self.window.application.window
        focus = QApplication.focusWidget()
        if not front.isActiveWindow() or focus is None or focus.window() is not front:
            front.activateWindow()  # as a window manager does when a list or a dialog has closed
            self.until(front.isActiveWindow, "the window in front")
        return QApplication.focusWidget() or front

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = NOTHING_HELD, *, times: int = 1) -> None:
        for _ in range(times):
            self.bot.keyClick(self.focused, key, held)

    def type(self, text: str) -> None:
        self.bot.keyClicks(self.focused, text)

    def dialog(self, kind: type[QDialog] = QDialog) -> Any:
        """The one in front, once it has the keyboard."""
        found = super().dialog(kind)
        found.activateWindow()  # as a window manager does
        self.until(
            lambda: (focus := QApplication.focusWidget()) is not None and focus.window() is found, "the keyboard"
        )
        return found

    def until_closed(self) -> None:
        super().until_closed()
        window = self.window.application.window
        window.activateWindow()  # as a window manager does
        self.until(lambda: (focus := QApplication.focusWidget()) is not None and focus.window() is window, "focus back")

    def to(self, name: str) -> None:
        """By Tab to the control with this text or accessible name, once it can be used."""
        self.until(lambda: self._can_use(name), f'"{name}"')
        passed: list[str] = []
        for _ in range(MOST_STOPS):
            if QApplication.focusWidget() is not None and _is_called(QApplication.focusWidget(), name):
                return
            self.press(Qt.Key.Key_Tab)
            passed.append(focus_words())
            if passed.count(passed[-1]) > 2:
                break
        raise AssertionError(f'Tab does not reach "{name}" but: {passed}')

    def _can_use(self, name: str) -> bool:
        front = QApplication.activeModalWidget() or self.window.application.window
        return any(_is_called(one, name) and one.isVisible() and one.isEnabled() for one in front.findChildren(QWidget))

    def use(self, name: str) -> None:
        self.to(name)
        self.press(Qt.Key.Key_Space)

    def use_menu(self, name: str, *keys: Qt.Key) -> None:
        """Of a button whose menu holds on until it is closed."""

        def go() -> None:
            try:
                self.in_menu(*keys)
            finally:
                while (popup := QApplication.activePopupWidget()) is not None:
                    popup.close()

        self.to(name)
        QTimer.singleShot(0, go)
        self.press(Qt.Key.Key_Space)

    def in_menu(self, *keys: Qt.Key) -> None:
        self.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "a menu")
        for key in keys:
            self.press(key)

    def to_grid(self) -> None:
        grid = self.window.features.browser.grid
        self._by_f6(lambda: grid.hasFocus(), "the images")

    def to_tabs(self) -> None:
        self._by_f6(lambda: isinstance(QApplication.focusWidget(), QTabBar), "the tabs")

    def _by_f6(self, is_there: Callable[[], bool], what: str) -> None:
        for _ in range(8):
            if is_there():
                return
            self.press(Qt.Key.Key_F6)
        raise AssertionError(f"F6 does not lead to {what}. Focus: {focus_words()}")


def focus_words() -> str:
    focus = QApplication.focusWidget()
    if focus is None:
        return "nothing"
    return f"{type(focus).__name__} {focus.accessibleName() or getattr(focus, 'text', str)()!r}"


def _is(button: QAbstractButton, name: str) -> bool:
    return button.isVisible() and _is_called(button, name)


def _is_called(widget: QWidget, name: str) -> bool:
    text = widget.text().replace("&", "") if isinstance(widget, QAbstractButton) else ""
    return name in (text, widget.accessibleName())
