"""The options of `calque dataset`."""

from __future__ import annotations

import argparse


def add_dataset_options(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, text: str, *, of_one: bool = True) -> argparse.ArgumentParser:
        made = actions.add_parser(name, parents=[common], help=text, description=text)
        made.add_argument("project", metavar="PROJECT")
        if of_one:
            made.add_argument("dataset", metavar="DATASET", help="its name, version or id")
        return made

    action("list", "List the datasets of a project.", of_one=False)
    made = action("create", "Make a dataset with the sets train, val and test, or with others.", of_one=False)
    made.add_argument("name", metavar="NAME")
    made.add_argument(
        "--set", metavar="NAME[=ROLE]", action="append", dest="sets", help="roles: train, val, test, extra"
    )
    made.add_argument("--description", metavar="TEXT", default="")
    made.add_argument("--shared", action="store_true", help="images may be in more than one set")
    made.add_argument(
        "--propose", action="store_true", help="filled by tags, or from folders called train, val and test"
    )
    action("show", "Say what is in the sets of a dataset, by class.")
    made = action("fill", "Add images to a set of a dataset, or take them out.")
    made.add_argument("set", metavar="SET")
    made.add_argument(
        "--folder", metavar="F", action="append", default=[], help="and what is below it; may be repeated"
    )
    made.add_argument("--tag", metavar="TAG", default="", help="images that have it")
    made.add_argument("--filter", metavar="NAME", help="images that pass a saved filter")
    made.add_argument("--where", metavar="JSON|FILE", help="images that pass a filter that is not kept")
    made.add_argument(
        "--stated", metavar="train|val|test", choices=("train", "val", "test"), help="as an import stated"
    )
    made.add_argument("--all", action="store_true", help="all images of the project")
    made.add_argument("--move", action="store_true", help="images in other sets leave these")
    made.add_argument("--remove", action="store_true", help="take them out of the set instead")
    made = action("split", "Share the images of a dataset out among its sets.")
    made.add_argument("--shares", metavar="SET=PERCENT", nargs="+", help="e.g. train=70 val=15 test=15")
    made.add_argument("--ratio", metavar="R", help="of the training images; the rest validates. 0.00001 to 0.99999")
    made.add_argument("--seed", metavar="N", type=int, default=0)
    made.add_argument(
        "--group",
        metavar="sources|folder|duplicates|PATTERN",
        default="",
        help=r"what stays together; e.g. '(.*)_p\d+'",
    )
    made.add_argument("--all", action="store_true", help="all images of the project, not those of the dataset")
    made.add_argument("--no-classes", action="store_true", help="without regard to classes")
    made.add_argument("--allow-missing", action="store_true", help="also where a set would lack a class")
    made.add_argument("--dry-run", action="store_true", help="only count")
    made = action("freeze", "Freeze a dataset: it can be trained on, and never changes again.")
    made.add_argument("--version", metavar="V001", dest="label", default="", help="the next free one when not given")
    made = action("clone", "Make an open copy of a dataset.")
    made.add_argument("name", metavar="NAME", nargs="?", default="")
    made = action("verify", "Check whether the files of a frozen dataset are still what was frozen.")
    made.add_argument("--full", action="store_true", help="hash every file, also those that look as they did")
    action("delete", "Delete a dataset. A frozen one stays for what was trained from it.")
