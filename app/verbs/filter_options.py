"""The options of `calque filter`."""

from __future__ import annotations

import argparse


def add_filter_options(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, text: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, parents=[common], help=text, description=text)
        made.add_argument("project", metavar="PROJECT")
        return made

    made = action("save", "Keep a filter by name.")
    made.add_argument("name", metavar="NAME")
    made.add_argument(
        "--where", metavar="JSON|FILE", required=True, help='e.g. \'{"dir": "train"}\', or a file with it'
    )
    made.add_argument("--replace", action="store_true", help="in place of the filter of that name")
    action("list", "List the filters of a project.")
    made = action("show", "Say what a filter means, and how many images pass it.")
    made.add_argument("name", metavar="NAME", nargs="?")
    made.add_argument("--where", metavar="JSON|FILE", help="a filter that is not kept")
    made.add_argument("--images", action="store_true", help="name the images too")
    made = action("rename", "Give a filter another name.")
    made.add_argument("name", metavar="NAME")
    made.add_argument("new", metavar="NEW")
    made = action("delete", "Delete a filter; what was made with it stays.")
    made.add_argument("name", metavar="NAME")
