"""Run as a process of its own, so that its memory and its processor time are its own:

`python coco_import.py pictures HOME FOLDER` imports the pictures of a folder alone, into a new project;
`python coco_import.py annotations HOME FILE FOLDER` imports a COCO file into that project;
`python coco_import.py again HOME FOLDER` imports the pictures once more, which are known;
`python coco_import.py export HOME TARGET` exports the project as COCO;
`python coco_import.py pycocotools FILE` loads a file with pycocotools.

Prints a line of JSON: CPU seconds of the work, the peak of memory in MB, and how many annotations there are.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path


def main(what: str, *arguments: str) -> None:
    begin = time.process_time()
    if what == "pycocotools":
        from pycocotools.coco import COCO

        sys.stdout = sys.stderr
        begin = time.process_time()
        n = len(COCO(arguments[0]).anns)
        sys.stdout = sys.__stdout__
    else:
        from core.domain.exports import ExportRequest
        from core.domain.imports import ImportSource
        from core.exports.service import ExportService
        from core.imports.service import ImportService
        from core.registry.database import Registry
        from core.registry.stores import projects

        home = Path(arguments[0])
        with Registry(home / "registry.sqlite", home / "backups") as registry:
            with registry.read() as session:
                (known,) = projects.list_projects(session) or (None,)
            begin = time.process_time()
            if what == "export":
                assert known is not None
                n = ExportService(registry).export(ExportRequest(known.id, "coco", Path(arguments[1]))).n_annotations
            else:
                folder = Path(arguments[-1])
                source = ImportSource(folder, format="images")
                if what == "annotations":
                    source = ImportSource(Path(arguments[1]), images_root=folder, format="coco")
                into = None if known is None else known.id
                n = ImportService(registry).commit(source, project_name="Benchmark", into=into).n_annotations
    seconds = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu_s": seconds, "peak_mb": peak, "n": n}))


if __name__ == "__main__":
    main(*sys.argv[1:])
