"""The keys of the viewer, in one table: the viewer connects them, the help and the guide list them."""

from __future__ import annotations

from dataclasses import dataclass

PREVIOUS, NEXT, FIRST, LAST = "previous", "next", "first", "last"
FIT, ACTUAL_SIZE, ZOOM_IN, ZOOM_OUT, MOVE = "fit", "actual-size", "zoom-in", "zoom-out", "move"
PAN = "pan"
CLASS, LABELS, LAYER, ACCEPTED, HOLD = "class", "labels", "layer", "accepted", "hold"
NEXT_SHAPE, PREVIOUS_SHAPE, SAVE, LEAVE = "next-shape", "previous-shape", "save", "leave"
TAKE_AWAY, UNDO = "take-away", "undo"


@dataclass(frozen=True, slots=True)
class ViewerKey:
    """`keys` as Qt writes them; none = what the mouse or a held key does. `shown` is how people are told of it."""

    id: str
    keys: tuple[str, ...]
    shown: str
    does: str


VIEWER_KEYS = (
    ViewerKey(PREVIOUS, ("Left", "PgUp"), "Left, Page Up", "Previous image"),
    ViewerKey(NEXT, ("Right", "PgDown"), "Right, Page Down", "Next image"),
    ViewerKey(FIRST, ("Home",), "Home", "First image"),
    ViewerKey(LAST, ("End",), "End", "Last image"),
    ViewerKey(FIT, ("F",), "F, double click", "Fit the image into the window"),
    ViewerKey(ACTUAL_SIZE, ("0",), "0", "Actual size: one image pixel a screen pixel"),
    ViewerKey(ZOOM_IN, ("+", "="), "+", "Zoom in (the wheel: at the pointer)"),
    ViewerKey(ZOOM_OUT, ("-",), "-", "Zoom out"),
    ViewerKey(MOVE, (), "Space or middle button and drag", "Move the image"),
    ViewerKey(PAN, (), "Shift and an arrow key", "Move the image a little"),
    ViewerKey(CLASS, tuple("123456789"), "1 to 9", "Show or hide a class"),
    ViewerKey(LABELS, ("L",), "L", "Class names on the shapes"),
    ViewerKey(LAYER, ("G",), "G", "Ground truth on or off"),
    ViewerKey(ACCEPTED, ("M",), "M", "Annotations made by models on or off"),
    ViewerKey(HOLD, (), "H, held", "Hide the ground truth for as long"),
    ViewerKey(NEXT_SHAPE, ("N",), "N", "Next shape"),
    ViewerKey(PREVIOUS_SHAPE, ("Shift+N",), "Shift+N", "Previous shape"),
    ViewerKey(SAVE, ("S",), "S", "Save this view as a picture, with twice the pixels"),
    ViewerKey(TAKE_AWAY, ("Del",), "Delete", "Take the selected annotation away, if a model made it"),
    ViewerKey(UNDO, ("Ctrl+Z",), "Ctrl+Z", "Bring back what was taken away last"),
    ViewerKey(LEAVE, ("Esc",), "Esc", "Let go of the selection, then back to the images"),
)

# In the order of `ui.viewer.modes.ViewMode`; wherever predictions lie over ground truth.
MODE_KEYS = (
    ViewerKey("overlay", ("1",), "1", "Overlay: all layers on one image"),
    ViewerKey("side-by-side", ("2",), "2", "Side by side, moving and zooming together"),
    ViewerKey("split", ("3",), "3", "Split: drag the line, or move it with Left and Right"),
    ViewerKey("blink", ("4",), "4", "Blink: the other side while Space is held, or in turn"),
    ViewerKey("difference", ("5",), "5", "Only errors: what was right is nearly transparent"),
)
