"""The pieces of a report as HTML. Every text is escaped here; nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from core.domain.names import shown

_BEGIN = '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'

STYLE = """
:root { color-scheme: light dark; --text: #1b2333; --muted: #5c6779; --line: #d8dde6; --back: #ffffff; --card: #f5f7fa;
  --accent: #1f5fc4; --good: #009e73; --warn: #a15c00; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8ecf3; --muted: #a4afc0; --line: #3a4356; --back: #171b24; --card: #1f2530; --accent: #7fb0ff;
    --good: #35c49a; --warn: #f0b35a; }
}
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", sans-serif; color: var(--text); background: var(--back);
  margin: 0 auto; max-width: 1020px; padding: 32px 24px 64px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 36px 0 10px; padding-top: 10px; border-top: 1px solid var(--line); }
h3 { font-size: 15px; margin: 18px 0 6px; }
p { margin: 6px 0; } .muted { color: var(--muted); } .warn { color: var(--warn); }
table { border-collapse: collapse; margin: 8px 0 14px; max-width: 100%; }
th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--muted); font-weight: 600; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td { overflow-wrap: anywhere; } .wide { overflow-x: auto; }
.cards { display: flex; flex-wrap: wrap; gap: 12px; margin: 16px 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px;
  min-width: 170px; }
.card b { display: block; font-size: 22px; } .card span { color: var(--muted); font-size: 13px; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(400px, 1fr)); gap: 16px; }
figure { margin: 0 0 12px; break-inside: avoid; } figcaption { color: var(--muted); font-size: 13px; }
img, svg { max-width: 100%; height: auto; } .shots { display: grid; gap: 16px;
  grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); }
.key { display: inline-block; width: 26px; height: 0; border-top: 3px solid; vertical-align: middle;
  margin: 0 6px 0 14px; }
.key.dashed { border-top-style: dashed; }
dt { font-weight: 600; margin-top: 8px; } dd { margin: 0; color: var(--muted); }
@media print { :root { color-scheme: light; --text: #000; --muted: #444; --line: #bbb; --back: #fff; --card: #fff; }
  body { max-width: none; padding: 0; font-size: 11pt; } h2 { break-after: avoid; }
  table, .card { break-inside: avoid; } }
"""


def text(value: object) -> str:
    """As it is to be read: no markup of its own."""
    return escape(shown(str(value)), quote=True)


def is_report(file: Path) -> bool:
    """Whether it begins as `document` does: a report that may be written anew. Raises OSError."""
    with file.open("rb") as reader:
        begin = reader.read(len(_BEGIN) + 400)
    return begin.startswith(_BEGIN.encode()) and b"<title>Report on " in begin


def document(title: str, parts: Iterable[str]) -> str:
    """The whole file. What it may load is said to be nothing, so that no browser asks anybody."""
    return (
        _BEGIN + '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body>\n</html>\n"
    )


def section(title: str, *parts: str) -> str:
    """Nothing at all where it has no content."""
    content = "\n".join(part for part in parts if part)
    return f"<section>\n<h2>{text(title)}</h2>\n{content}\n</section>" if content else ""


def paragraph(content: str, role: str = "") -> str:
    if not content:
        return ""
    return f'<p class="{role}">{text(content)}</p>' if role else f"<p>{text(content)}</p>"


def heading(content: str) -> str:
    return f"<h3>{text(content)}</h3>"


def facts(rows: Iterable[tuple[str, object]]) -> str:
    """Names and values."""
    cells = "".join(f"<tr><th>{text(name)}</th><td>{text(value)}</td></tr>" for name, value in rows)
    return f"<table>{cells}</table>" if cells else ""


def table(header: Sequence[str], rows: Iterable[Sequence[object]], *, n_texts: int = 1) -> str:
    """The first `n_texts` columns hold texts, the others numbers."""

    def cells(tag: str, row: Sequence[object]) -> str:
        return "".join(
            f"<{tag}{'' if place < n_texts else ' class=n'}>{text(value)}</{tag}>" for place, value in enumerate(row)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{cells("th", header)}</tr>{body}</table></div>' if body else ""


def card(title: str, value: str, note: str = "") -> str:
    return f'<div class="card"><span>{text(title)}</span><b>{text(value)}</b><span>{text(note)}</span></div>'


def cards(items: Iterable[str]) -> str:
    content = "".join(items)
    return f'<div class="cards">{content}</div>' if content else ""


def figure(content: str, caption: str) -> str:
    """`content` is an image or a drawing."""
    return f"<figure>{content}<figcaption>{text(caption)}</figcaption></figure>" if content else ""


def side_by_side(items: Iterable[str]) -> str:
    content = "".join(items)
    return f'<div class="pair">{content}</div>' if content else ""


def definitions(items: Iterable[tuple[str, str]]) -> str:
    content = "".join(f"<dt>{text(title)}</dt><dd>{text(words)}</dd>" for title, words in items)
    return f"<dl>{content}</dl>" if content else ""
