"""A refusal says what was probably meant, in every function that takes an image or boxes.

torch, cupy and shapely need not be installed: objects with the same attributes stand for theirs.
"""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import fastcv
from fastcv import hints
from fastcv.compat import easyocr, paddleocr

PAGE = np.random.default_rng(3).integers(0, 255, (60, 80, 3), np.uint8)
BOX = np.float32([[10, 10], [40, 12], [39, 25], [9, 23]])
BOXES = [BOX, BOX + 9]
LOGITS = np.eye(4, dtype=np.float32)[np.newaxis]
MAP = np.zeros((64, 96), np.float32)


def read_page(page):
    return fastcv.read_page(page, lambda tensor: MAP, lambda tensor: LOGITS, "-abc")


WITH_IMAGE = {
    "image_crop": lambda image: fastcv.image_crop(image, BOXES),
    "image_crop_openmp": lambda image: fastcv.image_crop_openmp(image, BOXES),
    "main_colors": fastcv.main_colors,
    "main_colors, boxes": lambda image: fastcv.main_colors(image, boxes=BOXES),
    "extract_main_colors": fastcv.extract_main_colors,
    "extract_main_colors_openmp": fastcv.extract_main_colors_openmp,
    "text_colors": lambda image: fastcv.text_colors(image, BOXES),
    "crop_batches": lambda image: fastcv.crop_batches(image, BOXES),
    "crop_batches, pages": lambda image: fastcv.crop_batches([PAGE, image], [BOXES, BOXES]),
    "iter_crop_batches": lambda image: fastcv.iter_crop_batches(image, BOXES),
    "image_batches": lambda image: fastcv.image_batches([image]),
    "iter_image_batches": lambda image: fastcv.iter_image_batches([image]),
    "detector_input": fastcv.detector_input,
    "detector_input, pages": lambda image: fastcv.detector_input([PAGE, image]),
    "read_page": read_page,
    "paddleocr": lambda image: paddleocr.get_rotate_crop_image(image, BOX),
    "easyocr": lambda image: easyocr.four_point_transform(image, BOX),
}
WITH_BOXES = {
    "image_crop": lambda boxes: fastcv.image_crop(PAGE, boxes),
    "image_crop_openmp": lambda boxes: fastcv.image_crop_openmp(PAGE, boxes),
    "crop_shapes": fastcv.crop_shapes,
    "main_colors": lambda boxes: fastcv.main_colors(PAGE, boxes=boxes),
    "extract_main_colors": lambda boxes: fastcv.extract_main_colors(PAGE, boxes=boxes),
    "text_colors": lambda boxes: fastcv.text_colors(PAGE, boxes),
    "crop_batches": lambda boxes: fastcv.crop_batches(PAGE, boxes),
    "iter_crop_batches": lambda boxes: fastcv.iter_crop_batches(PAGE, boxes),
}
TAKES_PATHS = ("extract_main_colors", "extract_main_colors_openmp")


class Tensor:
    """As much of torch.Tensor as a conversion meets."""

    def __init__(self, array, requires_grad=False, device="cpu", dtype="torch.uint8"):
        self.array, self.requires_grad = array, requires_grad
        self.device, self.dtype, self.shape = device, dtype, array.shape

    def __array__(self, dtype=None, copy=None):
        if self.requires_grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        if self.device != "cpu":
            raise TypeError(f"can't convert {self.device} device type tensor to numpy.")
        if self.dtype == "torch.bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.array

    def detach(self):
        return self

    def permute(self, *axes):
        return Tensor(self.array.transpose(axes))


class OnlyDLPack:
    """An array that offers nothing else."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


class OnGPU(OnlyDLPack):
    def __dlpack__(self, **options):
        raise BufferError("not on the CPU")

    def __dlpack_device__(self):
        return 2, 0


class Cupy:
    @property
    def __cuda_array_interface__(self):
        return {}

    def __array__(self, dtype=None, copy=None):
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")


def refusal(call, value):
    with pytest.raises((TypeError, ValueError)) as error:
        call(value)
    return str(error.value)


# ---- images ----

NOT_READ = "NoneType: cv2.imread returns None for a file that is missing or that it cannot read"
CUT = "must have 1 to 4 channels, not shape (3, 60, 80): channels come last: pass"
UNREAD = "must be what NumPy can read, not a tensor that"
IMAGES = {
    "None": (None, f", not {NOT_READ}"),
    "a Path": (Path("page.png"), "Path: this looks like a path, which cv2.imread(NAME) reads"),
    "a str": ("page.png", "str: this looks like a path, which cv2.imread(NAME) reads"),
    "a dict": ({"img": PAGE}, 'dict: pass NAME["img"]'),
    "bytes": (b"\x89PNG", "np.frombuffer(NAME, np.uint8), cv2.IMREAD_COLOR)"),
    "a bytearray": (bytearray(200), "cv2.imdecode(np.frombuffer(NAME, np.uint8), …"),
    "content": (np.zeros(200, np.uint8), "by cv2.imdecode(NAME, cv2.IMREAD_COLOR)"),
    "CHW": (PAGE.transpose(2, 0, 1), f"{CUT} NAME.transpose(1, 2, 0)"),
    "a CHW tensor": (Tensor(PAGE.transpose(2, 0, 1)), f"{CUT} NAME.permute(1, 2, 0)"),
    "NCHW": (
        PAGE.transpose(2, 0, 1)[None],
        "one image at a time, channels last: pass NAME[0].transpose(1, 2, 0)",
    ),
    "NHWC": (PAGE[None], "one image at a time: pass NAME[0]"),
    "gradients": (
        Tensor(PAGE, requires_grad=True),
        f"NAME {UNREAD} needs gradients: pass NAME.detach().cpu()",
    ),
    "a GPU": (
        Tensor(PAGE, device="cuda:0"),
        f"NAME {UNREAD} lies on cuda:0: pass NAME.detach().cpu()",
    ),
    "bfloat16": (
        Tensor(PAGE, dtype="torch.bfloat16"),
        f"NAME {UNREAD} is bfloat16: pass NAME.detach().cpu().float()",
    ),
    "all three": (
        Tensor(PAGE, True, "cuda:1", "torch.bfloat16"),
        f"NAME {UNREAD} needs gradients and lies on cuda:1 and is bfloat16: "
        "pass NAME.detach().cpu().float()",
    ),
    "DLPack's GPU": (
        OnGPU(PAGE),
        "NAME must be in the CPU's memory, not on another device (DLPack's type 2): copy it first",
    ),
    "cupy": (Cupy(), "NAME must be in the CPU's memory, not on a GPU: copy it first"),
}
NO_ARGUMENT_OF_THEIRS = ("paddleocr", "easyocr")
"""These convert an image before fastcv's own functions see it."""


@pytest.mark.parametrize("function", WITH_IMAGE)
def test_images(function):
    for case, (value, text) in IMAGES.items():
        is_made_an_array = function in NO_ARGUMENT_OF_THEIRS
        if is_made_an_array and case not in ("None", "a Path", "a dict", "CHW", "NCHW", "NHWC"):
            continue
        if function in TAKES_PATHS and case in ("a Path", "a str"):
            continue
        if function == "read_page" and case.endswith(("CHW", "CHW tensor")) and case[0] != "N":
            continue  # a page for all that read_page itself checks: detector_input refuses it
        message = refusal(WITH_IMAGE[function], value)
        name = re.search(r": (?:page \d+: )?(\w+(?:\[\d+\])?) (?:must|is)", message)[1]
        assert text.strip("…").replace("NAME", name) in message, message
        if not is_made_an_array:
            assert message.startswith(function.partition(",")[0])


@pytest.mark.parametrize("function", WITH_IMAGE)
def test_dlpack_alone_is_an_image(function):
    if function == "iter_crop_batches" or function == "iter_image_batches":
        return  # the conversion is that of the function without iter_
    given, expected = WITH_IMAGE[function](OnlyDLPack(PAGE)), WITH_IMAGE[function](PAGE)
    assert repr(given) == repr(expected)


def test_dlpack_alone_in_other_arguments():
    boxes = np.array(BOXES)
    for given in (BOXES, OnlyDLPack(boxes)):
        assert [crop.shape for crop in fastcv.image_crop(PAGE, given)] == [(13, 30, 3)] * 2
    found = fastcv.main_colors(PAGE, mask=OnlyDLPack(PAGE[..., 0]))
    np.testing.assert_array_equal(found.counts, fastcv.main_colors(PAGE, mask=PAGE[..., 0]).counts)
    assert fastcv.decode_ctc(OnlyDLPack(LOGITS), "-abc") == fastcv.decode_ctc(LOGITS, "-abc")
    assert len(fastcv.detector_boxes(OnlyDLPack(MAP), (64, 96)).boxes) == 0
    padded = fastcv.detector_input(OnlyDLPack(PAGE[:20, :20]), spec="paddleocr").tensor
    expected = fastcv.detector_input(PAGE[:20, :20], spec="paddleocr").tensor
    np.testing.assert_array_equal(padded, expected)


def test_pixels_through_dlpack_are_not_copied():
    """The image is read where it is, and its owner lives until the call ends."""
    crops = fastcv.image_crop(OnlyDLPack(PAGE), BOXES)
    for crop, same in zip(crops, fastcv.image_crop(PAGE, BOXES), strict=True):
        np.testing.assert_array_equal(crop, same)


# ---- boxes ----

FORMATS = "docs/annotations.md lists the formats of boxes"
WORD = [BOX.tolist(), ("text", 0.9)]
LOOKS = "looks like PaddleOCR's, RapidOCR's or EasyOCR's, a box with its text: pass"
BOX_LISTS = {
    "PaddleOCR's dict": ({"dt_polys": BOXES}, 'not dict: pass boxes["dt_polys"]; FORMATS'),
    "points": ({"points": BOXES}, 'pass boxes["points"]; FORMATS'),
    "an unknown dict": ({"x": 1}, "not dict: FORMATS"),
    "None": (None, "not NoneType: FORMATS"),
    "words": ([WORD], f"boxes[0] {LOOKS} [item[0] for item in boxes]; FORMATS"),
    "words of three": ([(BOX.tolist(), "text", 0.9)], f"boxes[0] {LOOKS} [item[0] for …"),
    "a later word": ([BOX, WORD], f"boxes[1] {LOOKS} [item[0] for item in boxes]; FORMATS"),
    "pages": ([[WORD]], "boxes[0] looks like a page of PaddleOCR's, boxes with their texts: pass "
              "[item[0] for item in boxes[0]]; FORMATS"),
    "dicts": ([{"points": BOX}], 'boxes[0] looks like a word: pass [item["points"] for item …'),
    "COCO's": ([{"bbox": [1, 2, 3, 4]}], "but COCO's are x, y, width, height; FORMATS"),
    "a page's dict": ([{"dt_polys": BOXES}], "boxes[0] looks like the result of a page: pass "
                      'boxes[0]["dt_polys"]; FORMATS'),
    "an output object": (SimpleNamespace(boxes=BOXES, txts=[]), "its boxes are in boxes.boxes; …"),
    "shapely's": ([SimpleNamespace(exterior=1)], "boxes[0] looks like shapely's: pass "
                  "[np.array(item.exterior.coords)[:-1] for item in boxes]; FORMATS"),
    "text": (["page.json"], "boxes[0] must hold ints or floats, not str: FORMATS"),
    "scores": (np.zeros((2, 5)), "not shape (2, 5): if a row starts with x1, y1, x2, y2, pass "
               "boxes[:, :4]"),
    "nine": (np.zeros((2, 9)), "if a row starts with eight coordinates, pass boxes[:, :8]"),
    "two corners": (np.zeros((3, 2, 2)), "two corners a box are x1, y1, x2, y2: pass "
                    "boxes.reshape(-1, 4)"),
    "pairs in lists": ([[[1, 2], [3, 4]]], "pass np.array(boxes).reshape(-1, 4); FORMATS"),
    "turned": (np.zeros((5, 2, 4)), "a corner is x, y: pass boxes.transpose(0, 2, 1)"),
    "contours": (np.zeros((5, 4, 1, 2)), "contours have an axis more: pass …"),
    "pages in an array": (np.zeros((1, 5, 4, 2)), "one page's boxes at a time: pass boxes[0]"),
    "a tensor": (Tensor(np.array(BOXES), True), f"boxes {UNREAD} needs gradients: pass "
                 "boxes.detach().cpu()"),
    "tensors": ([BOX, Tensor(BOX, device="mps:0")], f"boxes[1] {UNREAD} lies on mps:0: pass "
                "boxes[1].detach().cpu()"),
}  # fmt: skip


@pytest.mark.parametrize("function", WITH_BOXES)
def test_boxes(function):
    for value, text in BOX_LISTS.values():
        if value is None and "colors" in function and function != "text_colors":
            continue  # the whole image
        message = refusal(WITH_BOXES[function], value)
        assert message.startswith(f"{function}: boxes"), message
        whole = text.replace("FORMATS", FORMATS)
        assert whole.strip("…") in message, message
        assert whole.endswith("…") or message.endswith(whole), message


def test_polygons_are_offered_where_they_are_taken():
    house = np.array([*BOX, [5, 20]])
    for value in (house[None], [BOX, house]):
        message = refusal(WITH_BOXES["image_crop"], value)
        assert 'order="min_area_rect" takes polygons' in message
        assert "order=" not in refusal(WITH_BOXES["text_colors"], value)
        fastcv.image_crop(PAGE, value, order="min_area_rect")


POLYGONS = {
    "match_polygons": lambda polygons: fastcv.match_polygons(polygons, [[1, 1]], 3),
    "find_close_polygons": lambda polygons: fastcv.find_close_polygons(polygons, [1, 1], 3),
    "PolygonIndex": fastcv.PolygonIndex,
}


@pytest.mark.parametrize("function", POLYGONS)
def test_polygons(function):
    upright, flat = np.array([[1.0, 2, 7, 9], [0, 0, 5, 5]]), np.array([BOX.ravel()] * 2)
    for value in (upright, flat, upright.tolist(), flat.tolist()):
        message = refusal(POLYGONS[function], value)
        way = message.partition("pass ")[2]
        polygons = eval(way, {"np": np, "polygons": value})  # the hint itself
        expected = [
            fastcv.crop_shapes(value).tolist(),  # which takes such boxes
            fastcv.crop_shapes(polygons).tolist(),
        ]
        assert expected[0] == expected[1]
        POLYGONS[function](polygons)
    assert "four numbers would be x1, y1, x2, y2" in refusal(POLYGONS[function], upright)
    assert "eight numbers are four corners" in refusal(POLYGONS[function], flat)
    assert refusal(POLYGONS[function], {"points": BOXES}).endswith(': pass polygons["points"]')
    assert LOOKS in refusal(POLYGONS[function], [WORD])
    assert UNREAD in refusal(POLYGONS[function], Tensor(np.array(BOXES), True))


def test_other_arguments_that_are_tensors():
    for call in (
        lambda tensor: fastcv.decode_ctc(tensor, "-abc"),
        lambda tensor: fastcv.detector_boxes(tensor, (64, 96)),
        lambda tensor: fastcv.match_polygons(BOXES, tensor, 3),
    ):
        assert UNREAD in refusal(call, Tensor(MAP, requires_grad=True))


# ---- values that do harm ----


class Harmful:
    """An object whose attributes fail in another way than being absent."""

    def __getattr__(self, name):
        if name in ("boxes", "detach", "dt_polys", "exterior"):
            raise RuntimeError("no")
        raise AttributeError(name)


def test_a_hint_that_fails_leaves_the_refusal():
    assert refusal(WITH_BOXES["image_crop"], Harmful()).endswith("ints or floats, not Harmful")
    assert "not Harmful" in refusal(WITH_IMAGE["image_crop"], Harmful())
    assert "not Harmful" in refusal(read_page, Harmful())


def test_what_the_value_itself_raises_is_passed_on():
    class Own:
        def __array__(self, dtype=None, copy=None):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        fastcv.image_crop(Own(), BOXES)


def test_an_interrupted_hint(monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(hints, "explain", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fastcv.image_crop(None, BOXES)
