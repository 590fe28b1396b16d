"""An import that is killed at any thing it does to the disk: the version is there with its row, or neither is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.services import open_services
from core.domain.models import ModelVersion
from core.home import Home
from core.models.publish import sweep_staging
from core.models.service import ModelService

# Forks a child for each home, which dies, without any clean-up, at the n-th thing that it does to the store or around
# the commit of its rows. Ends with the first that lives to its end, and prints its number.
DRIVER = """
import os, shutil, sys
from pathlib import Path
from app.services import build_services
from core.home import Home
from core.registry.database import Registry
exported, sound, homes = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])

def take_in(home, fatal):
    services = build_services(home)
    models = services.models
    seen = 0
    def count(*_):
        nonlocal seen
        seen += 1
        if seen == fatal:
            os._exit(9)
    def audit(event, arguments):
        if event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link") or (
            event == "open" and str(arguments[0]).startswith(str(home.models))
        ):
            count()
    write = Registry.write
    def writing(self, **how):
        inner = write(self, **how)
        class Held:
            def __enter__(_):
                count()
                return inner.__enter__()
            def __exit__(_, *error):
                count()
                done = inner.__exit__(*error)
                count()
                return done
        return Held()
    Registry.write = writing
    sys.addaudithook(audit)
    models.import_version(exported, None)
    os._exit(0)

for fatal in range(1, 200):
    root = homes / str(fatal)
    shutil.copytree(sound, root)
    child = os.fork()
    if child == 0:
        take_in(Home(root), fatal)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == 0:
        print(fatal)
        break
    if code != 9:
        sys.exit(f"child {fatal} ended with {code}")
"""


def test_a_kill_at_any_moment_leaves_no_folder_without_its_row(
    service: ModelService, version: ModelVersion, tmp_path: Path
) -> None:
    exported = service.export_version(version.id, tmp_path / "out.zip")
    sound, homes = tmp_path / "sound", tmp_path / "homes"
    with open_services(Home(sound)):
        pass
    homes.mkdir()
    command = [sys.executable, "-c", DRIVER, str(exported), str(sound), str(homes)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert done.returncode == 0, done.stderr
    last = int(done.stdout)
    found = []
    for fatal in range(1, last + 1):
        home = Home(homes / str(fatal))
        with open_services(home) as services:
            sweep_staging(home.models)
            listed = {item.content_sha256 for item in services.models.list_versions()}
            assert {path.name for path in home.models.iterdir()} == listed, f"after a kill at {fatal}"
            assert services.models.verify() == ()
        found.append(listed)
    assert found[-1] == {version.content_sha256}
    assert found.count(set()) > 10
    assert found.count(found[-1]) > 1, "some died with the version whole"
