"""The CPU work around the neural networks of OCR: crops, tensors, boxes, texts and colours.

An image is an array of shape (height, width) or (height, width, channels), as ``cv2.imread`` gives
it. A box is four corners x, y in px of that array: left-top, right-top, right-bottom, left-bottom
of the word as it is read. ``help(fastcv.image_crop)`` and so on explain each call.

From a page to its words
    image_crop, image_crop_openmp         the crops of all boxes, on one thread or on several
    crop_shapes                           the sizes that they will have
    check_boxes                           what looks wrong with boxes
    iter_crop_batches, crop_batches       the words as a recogniser's tensors, cut from the page
    iter_image_batches, image_batches     the same from crops that exist

Around a text detector and a recogniser
    detector_input                        a page as a detector's tensor
    detector_boxes, craft_boxes           the boxes in a detector's output
    decode_ctc                            the texts in a recogniser's output
    read_page                             all of it, around two functions that run the networks

As an OCR project does it
    convention="rapidocr", ...            a keyword; the names are in CONVENTIONS
    INPUTS, DETECTOR_INPUTS, DETECTOR_BOXES    the rules of recognisers and detectors
    fastcv.compat                         the projects' own functions, done by fastcv

Colours
    main_colors                           the most frequent colours of an image or of boxes
    extract_main_colors, extract_main_colors_openmp    the same as a picture
    text_colors                           the colours of each word's letters and paper

Polygons, and the smallest example in C
    match_polygons, PolygonIndex          for every point, the smallest polygon that is near
    find_close_polygons, select_best_polygon    the two halves of that, for one point
    cumulative_sum                        0 + 1 + ... + (n - 1)

Files, data sets, clusters
    fastcv.datasets.crop_pages            a training set from annotated pages
    fastcv.dask, fastcv.ray               pages to tensors in pipelines
    fastcv crop, colors, bench, info      commands in a terminal: fastcv --help

Settings
    set_num_threads, get_num_threads      threads of calls that name none
    set_output_limits, get_output_limits  how many bytes of crops a call may make
    set_memory_pool, memory_pool_info, empty_memory_pool    memory kept for later calls
    build_info                            versions, and the kernels of this CPU
"""

import os as _os
import sys as _sys
from importlib import import_module as _import_module
from types import ModuleType as _ModuleType

# With OMP_PROC_BIND or OMP_PLACES set, libgomp binds the thread that loads it to one CPU.
if hasattr(_os, "sched_getaffinity"):
    _cpus = _os.sched_getaffinity(0)

try:
    from ._core import (
        PolygonIndex,
        build_info,
        crop_shapes,
        cumulative_sum,
        empty_memory_pool,
        find_close_polygons,
        get_num_threads,
        get_output_limits,
        image_crop,
        image_crop_openmp,
        match_polygons,
        memory_pool_info,
        select_best_polygon,
        set_memory_pool,
        set_num_threads,
        set_output_limits,
    )
except ModuleNotFoundError as error:
    if error.name != "fastcv._core":
        raise
    raise ImportError(
        "fastcv's extension is not built for this Python: pip install . in its folder, "
        "or python setup.py build_ext --inplace"
    ) from error
except ImportError as error:  # FASTCV_KERNEL names a variant that this CPU does not have
    from .startup import stop_command_line as _stop_command_line

    _stop_command_line(error)
    raise
finally:
    if hasattr(_os, "sched_getaffinity") and _os.sched_getaffinity(0) != _cpus:
        _os.sched_setaffinity(0, _cpus)

from ._version import __version__

_MODULES = {
    "batch_job": ["Batch"],
    "box_problems": ["BoxProblem", "BoxReport", "check_boxes"],
    "batches": ["crop_batches", "image_batches", "iter_crop_batches", "iter_image_batches"],
    "colors": ["MainColors", "extract_main_colors", "extract_main_colors_openmp", "main_colors"],
    "conventions": ["CONVENTIONS", "CropConvention"],
    "craft": ["craft_boxes"],
    "decoding": ["DecodedText", "decode_ctc"],
    "detector": ["DetectorTensor", "detector_input"],
    "detector_boxes": ["DETECTOR_BOXES", "DetectedBoxes", "DetectorBoxes", "detector_boxes"],
    "detector_geometry": ["DetectorGeometry"],
    "detector_inputs": ["DETECTOR_INPUTS", "DetectorInput"],
    "inputs": ["RecognizerInput"],
    "page": ["ReadWord", "read_page"],
    "presets": ["INPUTS"],
    "word_colors": ["TextColors", "text_colors"],
}
"""What Python has written is imported when it is first used: all of it takes 10 ms."""


class _Package(_ModuleType):
    """Gives the function of this name, not the module, which Python binds when it is imported."""

    def __setattr__(self, name, value):
        if name == "detector_boxes" and isinstance(value, _ModuleType):
            value = value.detector_boxes
        super().__setattr__(name, value)

    def __getattr__(self, name):
        for module, names in _MODULES.items():
            if name == module or name in names:
                found = _import_module(f"{__name__}.{module}")
                for each in names:
                    setattr(self, each, getattr(found, each))
                return vars(self)[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__(self):
        return sorted({*vars(self), *__all__})


_sys.modules[__name__].__class__ = _Package


def _before_fork():
    """Wait for other threads' imports and decoders: a child would wait for them for ever.

    It takes 14 ms once. Children then have what they would import otherwise, each for itself.
    """
    for module in [*_MODULES, "arithmetic", "files"]:
        _import_module(f"{__name__}.{module}")
    _import_module(f"{__name__}.forks").LOCK.acquire()


def _after_fork():
    _import_module(f"{__name__}.forks").LOCK.release()


if hasattr(_os, "register_at_fork"):
    _os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork
    )

__all__ = [
    "CONVENTIONS",
    "DETECTOR_BOXES",
    "DETECTOR_INPUTS",
    "INPUTS",
    "Batch",
    "BoxProblem",
    "BoxReport",
    "CropConvention",
    "DecodedText",
    "DetectedBoxes",
    "DetectorBoxes",
    "DetectorGeometry",
    "DetectorInput",
    "DetectorTensor",
    "MainColors",
    "PolygonIndex",
    "ReadWord",
    "RecognizerInput",
    "TextColors",
    "__version__",
    "build_info",
    "check_boxes",
    "craft_boxes",
    "crop_batches",
    "crop_shapes",
    "cumulative_sum",
    "decode_ctc",
    "detector_boxes",
    "detector_input",
    "empty_memory_pool",
    "extract_main_colors",
    "extract_main_colors_openmp",
    "find_close_polygons",
    "get_num_threads",
    "get_output_limits",
    "image_batches",
    "image_crop",
    "image_crop_openmp",
    "iter_crop_batches",
    "iter_image_batches",
    "main_colors",
    "match_polygons",
    "memory_pool_info",
    "read_page",
    "select_best_polygon",
    "set_memory_pool",
    "set_num_threads",
    "set_output_limits",
    "text_colors",
]
