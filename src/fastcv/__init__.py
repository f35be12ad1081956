"""Word crops and main colours of a page: the CPU work around neural networks, in one C call."""

import os as _os

# With OMP_PROC_BIND or OMP_PLACES set, libgomp binds the thread that loads it to one CPU.
if hasattr(_os, "sched_getaffinity"):
    _cpus = _os.sched_getaffinity(0)

try:
    from ._core import (
        PolygonIndex,
        _set_conventions,
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
from .batch_job import Batch
from .batches import crop_batches, image_batches, iter_crop_batches, iter_image_batches
from .colors import MainColors, extract_main_colors, extract_main_colors_openmp, main_colors
from .conventions import CONVENTIONS, CropConvention
from .craft import craft_boxes
from .decoding import DecodedText, decode_ctc
from .detector import DetectorTensor, detector_input
from .detector_boxes import DETECTOR_BOXES, DetectedBoxes, DetectorBoxes, detector_boxes
from .detector_geometry import DetectorGeometry
from .detector_inputs import DETECTOR_INPUTS, DetectorInput
from .inputs import RecognizerInput
from .page import ReadWord, read_page
from .presets import INPUTS

_set_conventions(CONVENTIONS)

__all__ = [
    "CONVENTIONS",
    "DETECTOR_BOXES",
    "DETECTOR_INPUTS",
    "INPUTS",
    "Batch",
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
    "__version__",
    "build_info",
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
]
