"""The keys of the viewer, in one table: the viewer connects them, the help and the guide list them."""

from __future__ import annotations

from dataclasses import dataclass

PREVIOUS, NEXT, FIRST, LAST = "previous", "next", "first", "last"
FIT, ACTUAL_SIZE, ZOOM_IN, ZOOM_OUT, MOVE = "fit", "actual-size", "zoom-in", "zoom-out", "move"
PAN = "pan"
CLASS, LABELS, LAYER, ACCEPTED, HOLD = "class", "labels", "layer", "accepted", "hold"
NEXT_SHAPE, PREVIOUS_SHAPE, SAVE, LEAVE = "next-shape", "previous-shape", "save", "leave"
TAKE_AWAY = "take-away"
EDIT, SELECT, BOX, ORIENTED, POLYGON = "edit", "select", "draw-box", "draw-oriented", "draw-polygon"
CHOOSE_CLASS, CLASS_NUMBER, DUPLICATE, ALL = "choose-class", "class-number", "duplicate", "select-all"
EMPTY, UNLABELLED, UNLABELLED_BEFORE = "nothing-there", "unlabelled", "unlabelled-before"
NEXT_GRIP, PREVIOUS_GRIP = "next-grip", "previous-grip"


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
    ViewerKey(CLASS, tuple("123456789"), "1 to 9", "Show or hide a class; while editing, give it to the selection"),
    ViewerKey(LABELS, ("L",), "L", "Class names on the shapes"),
    ViewerKey(LAYER, ("G",), "G", "Ground truth on or off"),
    ViewerKey(ACCEPTED, ("M",), "M", "Annotations made by models on or off"),
    ViewerKey(HOLD, (), "H, held", "Hide the ground truth for as long"),
    ViewerKey(NEXT_SHAPE, ("N",), "N", "Next shape"),
    ViewerKey(PREVIOUS_SHAPE, ("Shift+N",), "Shift+N", "Previous shape"),
    ViewerKey(SAVE, ("S",), "S", "Save this view as a picture, with twice the pixels"),
    ViewerKey(TAKE_AWAY, ("Del",), "Delete", "Delete the selection; while nothing is edited only what a model made"),
    ViewerKey(EDIT, ("E",), "E", "Edit the annotations, or stop editing them"),
    ViewerKey(SELECT, ("V",), "V", "Select, move and reshape"),
    ViewerKey(BOX, ("B",), "B", "Draw a box"),
    ViewerKey(ORIENTED, ("O",), "O", "Draw an oriented box: a side, then how deep it is"),
    ViewerKey(POLYGON, ("P",), "P", "Draw a polygon; Enter closes it, Backspace takes the last point back"),
    ViewerKey(CHOOSE_CLASS, ("C",), "C", "Choose or type the class of what is drawn and selected"),
    ViewerKey(CLASS_NUMBER, tuple(f"Alt+{n}" for n in range(1, 10)), "Alt+1 to 9", "The first classes of the list"),
    ViewerKey("cursor", (), "Arrow keys", "While editing: move the cross or the selection by 1 px, Shift 10, Ctrl 100"),
    ViewerKey("corner", (), "Enter", "While drawing: a corner at the cross"),
    ViewerKey(NEXT_GRIP, (".",), ".", "Next handle of the selected shape: arrows move it, Delete takes a point away"),
    ViewerKey(PREVIOUS_GRIP, (",",), ",", "Handle before"),
    ViewerKey(DUPLICATE, ("Ctrl+D",), "Ctrl+D", "Duplicate the selection"),
    ViewerKey(
        ALL,
        ("Ctrl+A",),
        "Ctrl+A",
        "While editing: select all shapes; Shift and a click adds one, a drag several",
    ),
    ViewerKey(EMPTY, ("W",), "W", "Looked at, nothing there: the image is a negative example; again takes it back"),
    ViewerKey(UNLABELLED, ("U",), "U", "Next image that nobody has annotated"),
    ViewerKey(UNLABELLED_BEFORE, ("Shift+U",), "Shift+U", "Image before that nobody has annotated"),
    ViewerKey(LEAVE, ("Esc",), "Esc", "One step back: the drawing, the selection, editing, then to the images"),
)

# In the order of `ui.viewer.modes.ViewMode`; wherever predictions lie over ground truth.
MODE_KEYS = (
    ViewerKey("overlay", ("1",), "1", "Overlay: all layers on one image"),
    ViewerKey("side-by-side", ("2",), "2", "Side by side, moving and zooming together"),
    ViewerKey("split", ("3",), "3", "Split: drag the line, or move it with Left and Right"),
    ViewerKey("blink", ("4",), "4", "Blink: the other side while Space is held, or in turn"),
    ViewerKey("difference", ("5",), "5", "Only errors: what was right is nearly transparent"),
)
