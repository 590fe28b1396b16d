"""The keys of the page of a study, in one table: the page connects them, the help and the guide list them."""

from __future__ import annotations

from ui.viewer.viewer_keys import MODE_KEYS, ViewerKey

NEXT_ERROR, PREVIOUS_ERROR = "next-error", "previous-error"
NEXT_WRONG_IMAGE, PREVIOUS_WRONG_IMAGE = "next-wrong-image", "previous-wrong-image"
NEXT_IMAGE, PREVIOUS_IMAGE = "next-image", "previous-image"
FIT, ZOOM_IN, ZOOM_OUT, PATCHES, OPTIMUM = "fit", "zoom-in", "zoom-out", "patches", "optimum"
SUSPICIOUS, HARD, EXCLUDE, ACCEPT, UNDO, BACK = "suspicious", "hard", "exclude", "accept", "undo", "back"

STUDY_KEYS = (
    ViewerKey(NEXT_ERROR, ("N",), "N", "Next error in the image"),
    ViewerKey(PREVIOUS_ERROR, ("Shift+N",), "Shift+N", "Previous error in the image"),
    ViewerKey(NEXT_WRONG_IMAGE, (".",), ".", "Next image with an error"),
    ViewerKey(PREVIOUS_WRONG_IMAGE, (",",), ",", "Previous image with an error"),
    ViewerKey(NEXT_IMAGE, ("PgDown",), "Page Down", "Next image of the list (on the image)"),
    ViewerKey(PREVIOUS_IMAGE, ("PgUp",), "Page Up", "Previous image of the list (on the image)"),
    ViewerKey(FIT, ("F",), "F", "Fit the image into the window"),
    ViewerKey(ZOOM_IN, ("+", "="), "+", "Zoom in"),
    ViewerKey(ZOOM_OUT, ("-",), "-", "Zoom out"),
    ViewerKey(OPTIMUM, ("O",), "O", "Confidence back to the highest F1"),
    ViewerKey(SUSPICIOUS, ("S",), "S", "Tag the image: label suspicious"),
    ViewerKey(HARD, ("D",), "D", "Tag the image: hard case"),
    ViewerKey(EXCLUDE, ("X",), "X", "Tag the image: exclude"),
    ViewerKey(ACCEPT, ("A",), "A", "Accept the selected prediction as an annotation"),
    ViewerKey(UNDO, ("Ctrl+Z",), "Ctrl+Z", "Take the last tag or acceptance back"),
    ViewerKey(BACK, ("Esc",), "Esc", "Let go of the selection, then to the grid, then back"),
    *MODE_KEYS,
)
