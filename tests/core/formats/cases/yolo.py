from __future__ import annotations

from cases.case import Case

YOLO: tuple[Case, ...] = (
    Case(
        "04",
        n_images=2,
        objects={"safe_h": 1, "n_safe_h": 0, "safe_b": 0, "n_safe_b": 1},
        kinds={"category-names-differ": 1},
        says=('"notes.json" and "classes.txt" name the classes differently', '"notes.json" is followed'),
    ),
    Case(
        "19",
        n_images=8,
        objects={"thing": 8},
        sets={"train": 5, "val": 2},
        kinds={"image-in-no-set": 1},
        says=("1 image is in none of the stated sets",),
    ),
    Case(
        "33",
        n_images=1,
        objects={
            "text_line": 4,
            "MainZone": 1,
            "composed_block": 1,
            "container": 1,
            "graphical_element": 1,
            "illustration": 1,
        },
        kinds={
            "several-pages": 1,
            "line-without-outline": 1,
            "polygon-invalid": 1,
            "polygon-too-few-points": 1,
            "coordinates-invalid": 2,
            "box-clipped": 1,
            "lines-from-strings": 1,
            "line-types-merged": 1,
            "zone-numbers-dropped": 1,
        },
        says=("TextLine nopoly has a baseline but no outline", "1 line without a place of their own"),
    ),
    Case("54", n_images=3, objects={"text_line": 3, "text_block": 3}),
    Case(
        "56",
        n_images=4,
        objects={"dog": 0, "cat": 4},
        kinds={"category-lists-merged": 1},
        says=('"anna/classes.txt", "ben/classes.txt"', "number them differently"),
    ),
    Case(
        "57",
        n_images=1,
        objects={r"\xc3\xa8": 0, r"\xb0\xb2\xc8\xab\xc3\xb1": 1},
        kinds={"names-not-utf8": 1},
        says=("are not UTF-8", "As gbk they would read “猫”, “安全帽”", "--names-encoding gbk"),
    ),
)
