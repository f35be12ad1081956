"""The OCR projects' own functions, compiled from the sources that are installed.

Most projects import a deep-learning framework at once, so only the functions that are compared
with are taken out of their modules: their text is compiled as it is, with the names that it uses.
"""

import ast
import copy
import importlib.metadata
import importlib.util
import math
import re
import sys
import typing
from pathlib import Path
from types import ModuleType, SimpleNamespace

import cv2
import numpy as np
import pytest

NAMES = {"cv2": cv2, "np": np, "math": math, "copy": copy, "typing": typing, **vars(typing)}


def source_of(package, module):
    """The path of a module of an installed package. A test that asks for another is skipped."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        pytest.skip(f"{package} is not installed: make test-compat")
    return Path(spec.submodule_search_locations[0], module)


def take(package, module, *wanted, **names):
    """Compile these functions and classes of a module. Return the first."""
    path = source_of(package, module)
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    tree.body = [node for node in tree.body if getattr(node, "name", None) in wanted]
    assert {node.name for node in tree.body} == set(wanted), f"{path} is not as expected"
    names = {**NAMES, **names}
    exec(compile(tree, str(path), "exec"), names)
    return names[wanted[0]]


def paddleocr():
    """get_rotate_crop_image(img, points)"""
    return take("paddleocr", "tools/infer/utility.py", "get_rotate_crop_image")


def rapidocr():
    """get_rotate_crop_image(img, points)"""
    return take("rapidocr", "utils/process_img.py", "get_rotate_crop_image")


def openocr():
    """get_rotate_crop_image(img, points)"""
    return take("openocr", "tools/infer/utility.py", "get_rotate_crop_image")


def paddlex_part(module, *wanted):
    return take(
        "paddlex", f"inference/pipelines/components/common/{module}.py", *wanted,
        class_requires_deps=lambda *names: lambda kind: kind, BaseOperator=object,
    )  # fmt: skip


def paddlex():
    """CropByPolys(det_box_type)(img, dt_polys)"""
    return paddlex_part("crop_image_regions", "CropByPolys")


def sort_quad_boxes():
    """SortQuadBoxes()(dt_polys)"""
    return paddlex_part("sort_boxes", "SortQuadBoxes")


EASYOCR = ("four_point_transform", "calculate_ratio", "compute_ratio_and_resize")


def easyocr(wanted="get_image_list"):
    """get_image_list(horizontal_list, free_list, img, model_height, sort_output)"""
    image = pytest.importorskip("PIL.Image")
    names = [wanted, *(name for name in ("get_image_list", *EASYOCR) if name != wanted)]
    return take("easyocr", "utils.py", *names, Image=image)


def doctr(wanted="extract_rcrops", package="doctr"):
    """extract_crops(img, boxes), extract_rcrops(img, polys, dtype, assume_horizontal)"""
    return take(package, "utils/geometry.py", wanted, deepcopy=copy.deepcopy)


def mmocr(wanted="warp_img"):
    """warp_img(src_img, box), crop_img(src_img, box)"""
    geometry = pytest.importorskip("shapely.geometry")

    def is_list_of(values, kinds):
        return all(isinstance(value, (*kinds, np.floating)) for value in values)

    sort_vertex = take(
        "mmocr", "utils/polygon_utils.py", "sort_vertex", "_sort_vertex", is_list_of=is_list_of
    )
    return take(
        "mmocr", "utils/img_utils.py", wanted, is_seq_of=is_list_of, sort_vertex=sort_vertex,
        LineString=geometry.LineString, Point=geometry.Point,
    )  # fmt: skip


def keras_ocr():
    """warpBox(image, box, skip_rotate)"""
    spatial = pytest.importorskip("scipy.spatial")
    geometry = pytest.importorskip("shapely.geometry")
    return take(
        "keras_ocr", "tools.py", "warpBox", "get_rotated_box", "get_rotated_width_height",
        spatial=spatial, geometry=geometry,
    )  # fmt: skip


# ---- detectors' inputs ----


def rapidocr_detector_input():
    """DetPreProcess(limit_side_len, limit_type, mean, std)(img)"""
    return take("rapidocr", "ch_ppocr_det/utils.py", "DetPreProcess", "ResizeImgError")


def paddleocr_detector_input():
    """DetResizeForTest(**settings)(data), NormalizeImage(scale, mean, std, order)(data)"""
    module = "ppocr/data/imaug/operators.py"
    return [
        take("paddleocr", module, name, sys=sys) for name in ("DetResizeForTest", "NormalizeImage")
    ]


def paddlex_detector_input():
    """DetResizeForTest(**settings)(imgs), NormalizeImage(order)(imgs)"""
    names = {
        "class_requires_deps": lambda *names: lambda kind: kind,
        "benchmark": SimpleNamespace(timeit=lambda kind: kind),
        "logging": SimpleNamespace(warning=lambda *text: None, info=lambda *text: None),
    }
    module = "inference/models/text_detection/processors.py"
    return [
        take("paddlex", module, name, **names) for name in ("DetResizeForTest", "NormalizeImage")
    ]


# ---- what becomes of networks' outputs ----


DOCTR_POST_PROCESSORS = {
    "DBPostProcessor": ("doctr", "models/detection/differentiable_binarization/base.py"),
    "LinkNetPostProcessor": ("doctr", "models/detection/linknet/base.py"),
    "FASTPostProcessor": ("doctr", "models/detection/fast/base.py"),
    "GeneralDetectionPostProcessor": ("onnxtr", "models/detection/postprocessor/base.py"),
}


def doctr_post_processor(name="DBPostProcessor"):
    """DBPostProcessor(box_thresh, bin_thresh, assume_straight_pages)(proba_map), and the like"""
    package, module = DOCTR_POST_PROCESSORS[name]
    base = take(
        package, "models/detection/core.py", "DetectionPostProcessor",
        NestedObject=object, multithread_exec=map,
    )  # fmt: skip
    return take(
        package, module, name, DetectionPostProcessor=base,
        pyclipper=pytest.importorskip("pyclipper"), order_points=doctr("order_points", package),
    )  # fmt: skip


def paddleocr_db_post_process():
    """DBPostProcess(**settings)(outs_dict, shape_list)"""
    shapely = pytest.importorskip("shapely.geometry")
    return take(
        "paddleocr", "ppocr/postprocess/db_postprocess.py", "DBPostProcess",
        pyclipper=pytest.importorskip("pyclipper"), Polygon=shapely.Polygon,
        paddle=SimpleNamespace(Tensor=()),
    )  # fmt: skip


def paddlex_db_post_process():
    """DBPostProcess(**settings)(preds, img_shapes, thresh, box_thresh, unclip_ratio)"""
    return take(
        "paddlex", "inference/models/text_detection/processors.py", "DBPostProcess",
        pyclipper=pytest.importorskip("pyclipper"),
        benchmark=SimpleNamespace(timeit=lambda kind: kind),
        class_requires_deps=lambda *names: lambda kind: kind,
    )  # fmt: skip


def paddleocr_ctc_label_decode():
    """CTCLabelDecode(character_dict_path, use_space_char)(preds, label, return_word_box)"""
    return take(
        "paddleocr", "ppocr/postprocess/rec_postprocess.py", "CTCLabelDecode",
        "BaseRecLabelDecode", paddle=SimpleNamespace(Tensor=()), re=re,
    )  # fmt: skip


def paddlex_ctc_label_decode():
    """CTCLabelDecode(character_list, use_space_char)(pred, return_word_box)"""
    return take(
        "paddlex", "inference/models/text_recognition/processors.py", "CTCLabelDecode",
        "BaseRecLabelDecode", benchmark=SimpleNamespace(timeit=lambda kind: kind), re=re,
    )  # fmt: skip


def easyocr_detector_input():
    """resize_aspect_ratio(img, canvas, interpolation, mag_ratio), normalizeMeanVariance(img)"""
    names = ("resize_aspect_ratio", "normalizeMeanVariance")
    return [take("easyocr", "imgproc.py", name) for name in names]


def easyocr_boxes():
    """getDetBoxes(textmap, linkmap, …), adjustResultCoordinates(polys, ratio_w, ratio_h)"""
    names = ("getDetBoxes", "getDetBoxes_core")
    return [take("easyocr", "craft_utils.py", *names),
            take("easyocr", "craft_utils.py", "adjustResultCoordinates")]  # fmt: skip


def onnxtr_preprocessor(monkeypatch):
    """PreProcessor(output_size, batch_size, mean, std, **resize)(images), of OnnxTR's packages
    without their __init__, which import what is not installed."""
    spec = importlib.util.find_spec("onnxtr")
    site = Path(spec.origin).parent
    for name in ("onnxtr", *(f"onnxtr.{part}" for part in ("models", "utils", "transforms"))):
        package = ModuleType(name)
        package.__path__ = [str(site.joinpath(*name.split(".")[1:]))]
        monkeypatch.setitem(sys.modules, name, package)
    base = importlib.import_module("onnxtr.transforms.base")
    sys.modules["onnxtr.transforms"].Normalize = base.Normalize
    sys.modules["onnxtr.transforms"].Resize = base.Resize
    package = ModuleType("onnxtr.models.preprocessor")
    package.__path__ = [str(site / "models/preprocessor")]
    monkeypatch.setitem(sys.modules, "onnxtr.models.preprocessor", package)
    return importlib.import_module("onnxtr.models.preprocessor.base").PreProcessor
