from ._core import PolygonIndex as PolygonIndex
from ._core import build_info as build_info
from ._core import crop_shapes as crop_shapes
from ._core import cumulative_sum as cumulative_sum
from ._core import empty_memory_pool as empty_memory_pool
from ._core import find_close_polygons as find_close_polygons
from ._core import get_num_threads as get_num_threads
from ._core import get_output_limits as get_output_limits
from ._core import image_crop as image_crop
from ._core import image_crop_openmp as image_crop_openmp
from ._core import match_polygons as match_polygons
from ._core import memory_pool_info as memory_pool_info
from ._core import select_best_polygon as select_best_polygon
from ._core import set_memory_pool as set_memory_pool
from ._core import set_num_threads as set_num_threads
from ._core import set_output_limits as set_output_limits
from .batch_job import Batch as Batch
from .batches import crop_batches as crop_batches
from .batches import image_batches as image_batches
from .batches import iter_crop_batches as iter_crop_batches
from .batches import iter_image_batches as iter_image_batches
from .box_problems import BoxProblem as BoxProblem
from .box_problems import BoxReport as BoxReport
from .box_problems import check_boxes as check_boxes
from .colors import MainColors as MainColors
from .colors import extract_main_colors as extract_main_colors
from .colors import extract_main_colors_openmp as extract_main_colors_openmp
from .colors import main_colors as main_colors
from .conventions import CONVENTIONS as CONVENTIONS
from .conventions import CropConvention as CropConvention
from .craft import craft_boxes as craft_boxes
from .decoding import DecodedText as DecodedText
from .decoding import decode_ctc as decode_ctc
from .detector import DetectorTensor as DetectorTensor
from .detector import detector_input as detector_input
from .detector_boxes import DETECTOR_BOXES as DETECTOR_BOXES
from .detector_boxes import DetectedBoxes as DetectedBoxes
from .detector_boxes import DetectorBoxes as DetectorBoxes
from .detector_boxes import detector_boxes as detector_boxes
from .detector_geometry import DetectorGeometry as DetectorGeometry
from .detector_inputs import DETECTOR_INPUTS as DETECTOR_INPUTS
from .detector_inputs import DetectorInput as DetectorInput
from .inputs import RecognizerInput as RecognizerInput
from .page import ReadWord as ReadWord
from .page import read_page as read_page
from .presets import INPUTS as INPUTS
from .word_colors import TextColors as TextColors
from .word_colors import text_colors as text_colors

__version__: str
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
