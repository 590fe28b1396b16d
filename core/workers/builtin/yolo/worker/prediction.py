"""Predictions of a published version: rebuilt without unpickling, run as the engine runs its own."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import count
from queue import SimpleQueue
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from ultralytics.data.augment import LetterBox
from ultralytics.nn.autobackend import AutoBackend
from ultralytics.utils import nms, ops
from ultralytics.utils.patches import imread
from ultralytics.utils.torch_utils import select_device

from core.domain.geometry import Box
from core.domain.predictions import PredictedObject
from core.errors import WorkerError
from core.tasks.oriented import ORIENTED
from core.tasks.segmentation import SEGMENTATION
from core.workers.api import ImagePredictions, PredictRequest, Reporter, TreeImage
from core.workers.builtin.yolo.worker.engine import engine_session, keep_freed_memory
from core.workers.builtin.yolo.worker.failures import told_in_words
from core.workers.builtin.yolo.worker.masks import as_polygon, as_rle, window_masks
from core.workers.builtin.yolo.worker.networks import rebuild_network
from core.workers.builtin.yolo.worker.oriented import SUPPRESSION, oriented_objects
from core.workers.free_cores import usable_cores

MOST_LANES, MOST_LANES_GPU = 4, 2
AHEAD = 2  # images a lane that are looked at before they are asked for


class Predictions:
    """Predicts sets of images, one after the other. The network of the last set stays ready for the next."""

    def __init__(self) -> None:
        self._ready: tuple[tuple[object, ...], list[_Predictor]] | None = None

    def run(self, request: PredictRequest, reporter: Reporter) -> Iterator[ImagePredictions]:
        """See `Worker.predict`. Each image by itself and in one thread of arithmetic, several images side by side:
        larger batches, and other numbers of threads, give other bits.
        """
        n_images = len(request.images)
        imgsz = int(request.model["preprocessing"]["imgsz"])
        with engine_session(reporter), told_in_words(lambda: (1, imgsz)):
            reporter.progress(0, max(n_images, 1), "loading the network")
            lanes = self._lanes(request, imgsz)
        with ThreadPoolExecutor(len(lanes), "predict") as pool:
            answers = _ahead(request, lanes, pool)
            for done in count(1):
                with engine_session(reporter), told_in_words(lambda: (1, imgsz)):
                    answer = next(answers, None)
                    if answer is None:
                        return
                    reporter.progress(done, n_images, f"image {done} of {n_images}")
                yield answer

    def _lanes(self, request: PredictRequest, imgsz: int) -> list[_Predictor]:
        """As many networks as images are looked at side by side: the engine's keep notes about the last shape."""
        state = request.weights.stat() if request.weights.exists() else None
        key = (request.weights, request.device, imgsz, state and (state.st_ino, state.st_size, state.st_mtime_ns))
        if self._ready is None or self._ready[0] != key:
            self._ready = None  # before the next is built: two would not always fit a graphics card
            first = _Predictor(request, imgsz)
            most = MOST_LANES if first.is_on_cpu else MOST_LANES_GPU
            self._ready = key, [first, *(first.copy() for _ in range(min(most, usable_cores()) - 1))]
        if self._ready[1][0].is_on_cpu:
            torch.set_num_threads(1)
            keep_freed_memory()
        return self._ready[1]


def _ahead(request: PredictRequest, lanes: Sequence[_Predictor], pool: Executor) -> Iterator[ImagePredictions]:
    """What is found on each image, in order."""
    free: SimpleQueue[_Predictor] = SimpleQueue()
    for lane in lanes:
        free.put(lane)

    def look(image: TreeImage) -> ImagePredictions:
        lane = free.get()
        try:
            return ImagePredictions(image, lane.predict(image, request))
        finally:
            free.put(lane)

    waiting: deque[Future[ImagePredictions]] = deque()
    try:
        for image in request.images:
            waiting.append(pool.submit(look, image))
            if len(waiting) >= AHEAD * len(lanes):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


class _Predictor:
    """A network that is ready, and the way of a picture through it."""

    def __init__(self, request: PredictRequest, imgsz: int) -> None:
        self._is_oriented = request.model["task"] == ORIENTED.slug
        self._has_masks = request.model["task"] == SEGMENTATION.slug
        self._n_categories = len(request.model["categories"])
        network = rebuild_network(request.weights, request.model)
        device = select_device(request.device.removeprefix("cuda:"), verbose=False)
        self.is_on_cpu = device.type == "cpu"
        self._backend: Any = AutoBackend(
            model=network, device=device, fp16=False, fuse=True, verbose=False, end2end=False
        )
        self._backend.eval()
        self._letterbox = LetterBox((imgsz, imgsz), auto=True, stride=self._backend.stride)

    def copy(self) -> _Predictor:
        """One that can be used beside this one."""
        return copy.deepcopy(self)

    @torch.inference_mode()
    def predict(self, image: TreeImage, request: PredictRequest) -> tuple[PredictedObject, ...]:
        picture = _read(image)
        batch = self._tensor(self._letterbox(image=picture))
        answer = self._backend(batch)
        prototypes = self._prototypes(answer) if self._has_masks else None
        rows = nms.non_max_suppression(
            answer[0] if self._has_masks else answer,
            request.confidence,
            request.iou,
            multi_label=request.is_multi_label,
            max_det=request.max_detections,
            nc=self._n_categories,
            end2end=False,
            **(SUPPRESSION if self._is_oriented else {}),
        )[0]
        if self._is_oriented:
            return tuple(oriented_objects(rows, batch.shape[2:], picture.shape[:2]))
        rows[:, :4] = ops.scale_boxes(batch.shape[2:], rows[:, :4], picture.shape)
        if prototypes is None:
            return tuple(_object(row) for row in rows.tolist())
        return tuple(self._masked(rows, prototypes, image))

    def _masked(self, rows: torch.Tensor, prototypes: torch.Tensor, image: TreeImage) -> Iterator[PredictedObject]:
        """Objects whose mask is empty are left out, as the engine does."""
        shape = (image.height, image.width)
        masks = window_masks(prototypes, rows[:, 6:], rows[:, :4], shape)
        for row, mask in zip(rows[:, :6].tolist(), masks, strict=True):
            if mask.pixels.any():
                yield _object(row, polygon=as_polygon(mask), mask=as_rle(mask, *shape))

    @staticmethod
    def _prototypes(answer: Any) -> torch.Tensor:
        prototypes: torch.Tensor = (answer[0][1] if isinstance(answer[0], tuple) else answer[1])[0]
        return prototypes

    def _tensor(self, picture: npt.NDArray[np.uint8]) -> torch.Tensor:
        """(1, 3, h, w), red first, 0 to 1."""
        batch = torch.from_numpy(np.ascontiguousarray(picture)).unsqueeze(0).to(self._backend.device)
        return batch.permute(0, 3, 1, 2).contiguous().flip(1).float().div_(255)


def _read(image: TreeImage) -> npt.NDArray[np.uint8]:
    picture = imread(str(image.path))
    if picture is None or picture.shape[:2] != (image.height, image.width):
        raise WorkerError(
            f"{image.key} cannot be read as {image.width} x {image.height} pixels.",
            hint="Start the run again: its private copy of the images is damaged.",
            code="data",
        )
    return np.asarray(picture, dtype=np.uint8)


def _object(row: list[float], **shape: Any) -> PredictedObject:
    return PredictedObject(int(row[5]), row[4], Box(*row[:4]), **shape)
