"""Run by the Python of another environment, which has faster-coco-eval: `python faster_coco.py TRUTH RESULTS`.

Prints one line of JSON: the CPU seconds of evaluating and accumulating, and the twelve numbers.
"""

from __future__ import annotations

import json
import sys
import time

from faster_coco_eval import COCO, COCOeval_faster

truth = COCO(sys.argv[1])
found = truth.loadRes(sys.argv[2])
evaluation = COCOeval_faster(truth, found, "bbox", print_function=lambda *_: None)
begin = time.process_time()
evaluation.evaluate()
evaluation.accumulate()
seconds = time.process_time() - begin
evaluation.summarize()
print(json.dumps({"cpu_s": seconds, "stats": [float(value) for value in evaluation.stats[:12]]}))
