"""What a reader does not understand it refuses, by file and place."""

import json
import re

import numpy as np
import pytest

from fastcv.annotations import read

QUAD = [[10, 20], [50, 22], [49, 40], [9, 38]]
COCO_IMAGE = {"id": 1, "file_name": "a.jpg", "height": 10, "width": 10}
COCO_WORD = {"image_id": 1, "bbox": [1, 2, 3, 4]}
LABELS = {"annotator": 1, "lead_time": 1, "image": "a.jpg"}
SIZED = {"original_width": 200, "original_height": 100}
RECTANGLE = {"x": 30, "y": 20, "width": 15, "height": 20}
POINTS = {"points": [[1, 2], [3, 4], [5, 6]]}


def coco(*words, images=(COCO_IMAGE,)):
    return {"images": list(images), "annotations": list(words)}


def coco_text(word, image=None):
    image = image or {"file_name": "a.jpg"}
    return {"imgs": {"1": image}, "anns": {"5": {"image_id": 1, **word}}}


def labelme(shape, **members):
    return {"imagePath": "a.jpg", "shapes": [shape], **members}


def task(*result, data=None):
    return [{"data": data or {"image": "a.jpg"}, "annotations": [{"result": list(result)}]}]


def region(**members):
    return {"id": "a", "type": "rectangle", "value": RECTANGLE, **SIZED, **members}


def test_the_format_is_named(tmp_path):
    """Whether it was recognised, named, or neither."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps([QUAD, [1, 2, 3]]))
    for format in (None, "boxes"):
        with pytest.raises(
            ValueError, match=r"boxes\[1\] .*\(read as boxes: docs/annotations.md\)$"
        ):
            list(read(path, format))
    path.write_text(json.dumps([{"quad": QUAD}]))
    with pytest.raises(ValueError, match=r"with the keys 'quad', of none of .*\(docs/annotations"):
        list(read(path))


JSON = {
    "boxes": [
        ([QUAD, [[1, 2], [3, 4]]], r"boxes\[1\] is not four points of two numbers"),
        ([QUAD, [1, 2, 3]], r"boxes\[1\] is not four points"),
        ([QUAD, [[1, 2], [3, 4], [5, True]]], r"boxes\[1\] is not four points"),
        ([QUAD, None], r"boxes\[1\] is not four points"),
        ([[1, 2, float("nan"), 4]], r"boxes\[0\]: .*not finite"),
        ([[9, 2, 3, 4]], r"boxes\[0\]: the box \[9, 2, 3, 4\] ends before it starts"),
        ([[10**400, 2, 3, 4]], r"boxes\[0\] is not four points"),
        ({"boxes": {"a": 1}}, "not a list of boxes, but dict"),
        ({"boxes": [QUAD], "texts": []}, "not a list of as many texts as there are boxes, 1"),
        ({"boxes": [QUAD], "texts": "a"}, "not a list of as many texts"),
        ({"boxes": [QUAD], "texts": [7]}, r"texts\[0\]: the text is 7, not a string"),
        ({"boxes": [QUAD], "texts": ["\ud800"]}, r"texts\[0\]: .*half a surrogate pair"),
        ({"quads": [QUAD]}, 'an object without the key "boxes"'),
    ],
    "paddleocr": [
        ([[QUAD, ["a", 1]], [QUAD, 7]], r"\[1\]: .* is not a box with its text"),
        ([[[QUAD, ["a", 1]]], 7], r"\[1\]: 7 is not a page's list of results"),
        ([[[QUAD, ["a", 1]]], [QUAD, 7]], r"\[1\]\[1\]: 7 is not a box with its text"),
        ([{"box": QUAD, "txt": "a"}, {"box": QUAD}], r"\[1\]: .* is not a box with its text"),
        ([{"box": QUAD, "txt": 7}], r"\[0\]: the text is 7"),
        ({"rec_texts": ["a"], "rec_polys": []}, "1 rec_texts are not of 0 rec_polys"),
        ({"rec_texts": ["a"]}, "rec_polys: None is not a list"),
        ({"rec_texts": 3, "rec_polys": []}, "rec_texts: 3 is not a list"),
        ({"rec_texts": ["a"], "rec_polys": [[[1, 2, 3]]]}, r"rec_polys\[0\]: .* points x, y"),
        ({"rec_texts": [], "rec_polys": [], "page_index": -1}, "page_index: -1 is not a page's"),
        ({"rec_texts": [], "rec_polys": [], "input_path": 3}, "input_path: the page's file is 3"),
        ({"res": []}, r"res: \[\] is not an object"),
    ],
    "coco": [
        ({"images": []}, "has no 'annotations'"),
        ({"images": {}, "annotations": []}, "images: {} is not a list"),
        (coco(images=[{"id": 1}]), r"images\[0\]: has no 'file_name'"),
        (coco(images=[3]), r"images\[0\]: 3 is not an object"),
        (coco(images=[{**COCO_IMAGE, "id": 1.5}]), r"images\[0\]: the image's id is 1.5"),
        (coco(images=[COCO_IMAGE, COCO_IMAGE]), r"images\[1\]: the id 1 is of two images"),
        (coco(images=[{**COCO_IMAGE, "height": -1}]), r"images\[0\]: the page's size is -1 x 10"),
        (coco(images=[{**COCO_IMAGE, "height": None}]), r"images\[0\]: the page's size is None x"),
        (coco(images=[{**COCO_IMAGE, "file_name": " "}]), r"images\[0\]: the page's file is ' '"),
        (coco({"bbox": [1, 2, 3, 4]}), r"annotations\[0\]: has no 'image_id'"),
        (coco({**COCO_WORD, "image_id": 2}), r"annotations\[0\]: the image_id 2 is of no image"),
        (coco({**COCO_WORD, "bbox": [1, 2, 3]}), r"annotations\[0\].bbox: .* has 3 numbers, not 4"),
        (coco({**COCO_WORD, "bbox": [1, 2, -3, 4]}), r"annotations\[0\].bbox: .* ends before"),
        (coco({**COCO_WORD, "bbox": [1, 2, "3", 4]}), r"bbox: .* is not a list of numbers"),
        (coco({"image_id": 1}), r"annotations\[0\]: has neither polygons nor a 'bbox'"),
        (coco({**COCO_WORD, "segmentation": "x"}), r"the segmentation is 'x'"),
        (coco({**COCO_WORD, "segmentation": [[1, 2, 3]]}), "3 numbers are not pairs x, y"),
        (coco({**COCO_WORD, "text": ["a"]}), r"annotations\[0\].text: the text is \['a'\]"),
        (coco({**COCO_WORD, "iscrowd": "no"}), r"iscrowd is 'no', not 0 or 1"),
    ],
    "coco_text": [
        (coco_text({"utf8_string": "a"}), r"anns\['5'\]: .*neither 'mask' nor 'polygon' nor"),
        (coco_text({"bbox": [1, 2, 3, 4], "legibility": "so"}), "the legibility is 'so'"),
        (coco_text({"image_id": "2"}), r"anns\['5'\]: the image_id '2' is of no image"),
        (coco_text({}, {"name": 1}), r"imgs\['1'\]: has no 'file_name'"),
        ({"imgs": [], "anns": {}}, r"imgs: \[\] is not an object"),
    ],
    "textocr": [
        (coco_text({"points": [1, 2, 3]}), r"anns\['5'\].points: 3 numbers are not pairs"),
        (coco_text({"points": [], "bbox": 3}), r"anns\['5'\].bbox: 3 is not a list of numbers"),
    ],
    "labelme": [
        (labelme({"label": "a"}), r"shapes\[0\]: has no 'points'"),
        (
            labelme({"label": "a", "points": QUAD, "shape_type": "circle"}),
            r"shapes\[0\]: the shape is 'circle': only polygons and rectangles are words",
        ),
        (
            labelme({"label": "a", "points": QUAD[:3], "shape_type": "rectangle"}),
            r"shapes\[0\]: a rectangle has 3 points",
        ),
        (labelme({"label": 3, "points": QUAD}), r"shapes\[0\].label: the text is 3"),
        (labelme({"label": "a", "points": QUAD}, imageHeight=3), "the page's size is 3 x None px"),
        (labelme({"label": "a", "points": QUAD}, imagePath=3), "the page's file is 3, not a name"),
        ({"shapes": {}, "imagePath": "a"}, "shapes: {} is not a list"),
    ],
    "label_studio": [
        (task(region(type="brushlabels")), r"\[0\].annotations\[0\].result\[0\]: .* type brush"),
        (task(region(type="ellipse")), "type ellipse: only rectangles and polygons are words"),
        (task({**region(), "id": 3}), "the id is 3, not a text"),
        (task({"type": "rectangle"}), r"result\[0\]: has no 'id'"),
        (task(region(), region()), r"result\[1\]: the id 'a' is of two regions"),
        (task(region(original_width=0)), "the page's size is 100 x 0 px"),
        (task({k: v for k, v in region().items() if k not in SIZED}), "has no 'original_width'"),
        (task(region(), region(id="b", original_width=300)), r"\[0\]: .* different sizes"),
        (task(region(image_rotation=90)), "the page was turned in Label Studio"),
        (task(region(value={"x": 1})), "has no 'y'"),
        (task(region(value={**RECTANGLE, "rotation": "x"})), r"\['x'\] is not a list of numbers"),
        (task(region(value={**RECTANGLE, "width": -1})), "the rectangle is -1 x 20 %"),
        (task(region(type="textarea", value={"text": [3]})), r"value: the text is \[3\]"),
        (task(region(), data={"a": "x"}), r"\[0\].data: .*|\[0\]: does not tell its page"),
        ([{"data": {}, "annotations": 3}], r"\[0\].annotations: 3 is not a list"),
        ([{**LABELS, "bbox": [{**RECTANGLE, **SIZED}], "text": ["a", "b"]}], "export it as JSON"),
        (
            [{**LABELS, "bbox": [{**RECTANGLE, **SIZED}], "p": [{**POINTS, **SIZED}],
              "text": ["a", "b"]}],
            "its 2 regions and 2 texts cannot be joined",
        ),
        ([{**LABELS, "b": [{"rle": [1]}]}], r"\[0\].b\[0\]: the region is of the type brush"),
        ([{**LABELS, "b": [{"radiusX": 1}]}], r"\[0\].b\[0\]: the region is of the type ellipse"),
        ([{**LABELS, "b": [POINTS]}], r"\[0\].b\[0\]: has no 'original_width'"),
    ],
}  # fmt: skip

TEXT = {
    "ppocrlabel": [
        ("a.jpg\t[]\nb.jpg []\n", "line 2: has no tab between the page's path and its boxes"),
        ("a.jpg\t[]\n\nb.jpg\t[\n", "line 3: not JSON"),
        ("a.jpg\t{}\n", "line 1: {} is not a list"),
        ("a.jpg\t[3]\n", r"line 1: \[0\]: 3 is not an object"),
        ('a.jpg\t[{"points": []}]\n', r"line 1: \[0\]: has no 'transcription'"),
        ('a.jpg\t[{"transcription": 3, "points": []}]\n', r"line 1: \[0\]: the text is 3"),
        (
            'a.jpg\t[{"transcription": "a", "points": [], "difficult": 1}]\n',
            r"line 1: \[0\]: difficult is 1, not true or false",
        ),
        ("\t[]\n", "line 1: the page's file is ''"),
    ],
    "icdar2015": [
        ("1,2,3,4,5,6,7,8,a\n1,2,3,4,5,6,7,a\n", "line 2: .*not eight numbers and a transcription"),
        ("1,2,3,4,5,6,7,1e5,a\n", "line 1: .*not eight numbers"),
        ("1,2,3,4,5,6,7,\n", "line 1: .*not eight numbers"),
    ],
    "icdar_mlt": [
        ("1,2,3,4,5,6,7,8,Latin,a\n1,2,3,4,5,6,7,8,a\n", "line 2: .*eight numbers, a script and a"),
    ],
    "icdar2013": [
        ('1, 2, 3, 4, "a"\n1, 2, 3, "b"\n', "line 2: .*not four numbers and a quoted text"),
        ('1, 2, 3, 4, "a\n', "line 1: .*not four numbers"),
        ("1, 2, 3, 4, a\n", "line 1: .*not four numbers"),
        ('9, 2, 3, 4, "a"\n', "line 1: the box .* ends before it starts"),
    ],
}


def refused(tmp_path, name, content, format):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError) as error:  # noqa: PT011
        list(read(path, format))
    message = str(error.value)
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("format", "value", "reason"),
    [(name, value, reason) for name, cases in JSON.items() for value, reason in cases],
)
def test_json_that_is_not_understood(tmp_path, format, value, reason):
    message = refused(tmp_path, "a.json", json.dumps(value).encode(), format)
    assert re.search(reason, message), message


@pytest.mark.parametrize(
    ("format", "text", "reason"),
    [(name, text, reason) for name, cases in TEXT.items() for text, reason in cases],
)
def test_text_that_is_not_understood(tmp_path, format, text, reason):
    message = refused(tmp_path, "a.txt", text.encode(), format)
    assert re.search(reason, message), message


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.array(["a"]), "boxes must be numbers, not <U1"),
        (np.zeros((2, 3)), r"boxes must have shape .*, not \(2, 3\)"),
        (np.zeros((2, 2, 2)), r"boxes must have shape .*, not \(2, 2, 2\)"),
        (np.array([[1, 2, np.inf, 4]]), r"boxes\[0\]: .*not finite"),
    ],
)
def test_arrays_that_are_not_boxes(tmp_path, array, reason):
    np.save(tmp_path / "b.npy", array)
    message = refused(tmp_path, "a.npy", (tmp_path / "b.npy").read_bytes(), "boxes")
    assert re.search(reason, message), message


@pytest.mark.parametrize("name", ["a.json", "a.txt"])
def test_bytes_that_are_no_text(tmp_path, name):
    format = "boxes" if name == "a.json" else "icdar2015"
    assert "not UTF-8" in refused(tmp_path, name, b"\xff[[1,2,3,4]]", format)


def test_lists_too_deep(tmp_path):
    assert "too deep" in refused(tmp_path, "a.json", b"[" * 100_000, "boxes")


def test_a_number_of_too_many_digits(tmp_path):
    content = b"[[" + b"1" * 5000 + b",2,3,4]]"
    assert "too many digits" in refused(tmp_path, "a.json", content, "boxes")
