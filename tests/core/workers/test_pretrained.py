from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from core.errors import WeightsError
from core.workers.builtin.yolo.pretrained import SOURCE
from core.workers.pretrained import PretrainedSource, download_pretrained, find_pretrained, obtain_pretrained

WEIGHTS = b"PK\x03\x04" + bytes(range(256)) * 4096


@pytest.fixture(autouse=True)
def no_network() -> None:
    """Replaces the guard of all tests: a download is tried here, from a server of the test's own on this computer."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.endswith("missing.pt"):
            self.send_error(404)
            return
        body = b"<html>please sign in</html>" if self.path.endswith("page.pt") else WEIGHTS
        sent = body[:5000] if self.path.endswith("short.pt") else body
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@pytest.fixture
def server_url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _served(url: str) -> PretrainedSource:
    return replace(SOURCE, base_url=url)


def test_weights_of_an_engine_that_publishes_none_are_not_asked_for(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        obtain_pretrained("own.pt", tmp_path, source=None, may_download=True, progress=_ignore)
    assert caught.value.code == "E-350"


def test_a_name_that_its_makers_do_not_publish_is_not_fetched(tmp_path: Path, server_url: str) -> None:
    with pytest.raises(WeightsError):
        obtain_pretrained("good.pt", tmp_path, source=_served(server_url), may_download=True, progress=_ignore)
    path = obtain_pretrained("yolo11n.pt", tmp_path, source=_served(server_url), may_download=True, progress=_ignore)
    assert path.read_bytes() == WEIGHTS


def test_a_file_in_the_weights_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "yolo11n.pt").write_bytes(WEIGHTS)
    (tmp_path / "yolo11s.pt").write_bytes(b"")
    assert find_pretrained("yolo11n.pt", tmp_path) == tmp_path / "yolo11n.pt"
    assert find_pretrained("yolo11s.pt", tmp_path) is None
    assert find_pretrained("yolo11m.pt", tmp_path) is None
    assert find_pretrained("../yolo11n.pt", tmp_path / "below") is None


def test_missing_weights_are_refused_in_words_without_touching_the_network(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        obtain_pretrained("yolo11n.pt", tmp_path, source=SOURCE, may_download=False, progress=_ignore)
    assert caught.value.code == "E-350"
    assert caught.value.text == 'Pretrained weights "yolo11n.pt" are not on this computer and it is offline.'
    assert caught.value.hint == f"Put the file in {tmp_path}, or train from scratch."


@pytest.mark.parametrize("name", ["yolo11n.pt", "yolov8x-seg.pt", "yolov9c-seg.pt", "yolov10b.pt", "yolo26m-seg.pt"])
def test_published_names_are_known(name: str) -> None:
    assert SOURCE.has(name)


@pytest.mark.parametrize("name", ["yolov9t-seg.pt", "yolov10n-seg.pt", "best.pt", "yolo11n.pt.exe", "a/yolo11n.pt"])
def test_other_names_are_not_asked_for(name: str) -> None:
    assert not SOURCE.has(name)


def test_a_download_shows_progress_and_records_size_and_hash(tmp_path: Path, server_url: str) -> None:
    seen: list[tuple[float, float]] = []
    path = download_pretrained(
        "good.pt", tmp_path, _served(server_url), lambda done, total, _: seen.append((done, total))
    )
    assert path.read_bytes() == WEIGHTS
    assert seen[-1] == (len(WEIGHTS), len(WEIGHTS))
    assert len(seen) > 1
    record = json.loads((tmp_path / "good.pt.json").read_text())
    assert record["sha256"] == hashlib.sha256(WEIGHTS).hexdigest()
    assert record["n_bytes"] == len(WEIGHTS)


@pytest.mark.parametrize("name", ["missing.pt", "short.pt", "page.pt"])
def test_a_failed_download_leaves_nothing(tmp_path: Path, server_url: str, name: str) -> None:
    with pytest.raises(WeightsError):
        download_pretrained(name, tmp_path, _served(server_url), _ignore)
    assert list(tmp_path.iterdir()) == []


def test_no_network_is_the_same_refusal(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        download_pretrained("yolo11n.pt", tmp_path, _served("http://127.0.0.1:9"), _ignore)
    assert caught.value.code == "E-350"


def _ignore(done: float, total: float, text: str) -> None:
    """No progress wanted."""


def test_weights_inside_a_package_are_found_without_a_network_and_refused_when_altered(tmp_path: Path) -> None:
    inside = tmp_path / "package" / "net.pth"
    inside.parent.mkdir()
    inside.write_bytes(WEIGHTS)
    stated = {"net.pth": hashlib.sha256(WEIGHTS).hexdigest()}
    source = replace(SOURCE, bundled=lambda name: inside if name == "net.pth" else None, sha256=stated)
    folder = tmp_path / "weights"
    assert find_pretrained("net.pth", folder, source) == inside
    assert find_pretrained("net.pth", folder) is None
    assert obtain_pretrained("net.pth", folder, source=source, may_download=False, progress=_ignore) == inside
    inside.write_bytes(WEIGHTS + b"!")
    with pytest.raises(WeightsError, match="not the file that was published") as caught:
        obtain_pretrained("net.pth", folder, source=source, may_download=False, progress=_ignore)
    assert caught.value.code == "E-354"
