"""A small file of each format, written for the tests, and what is in it."""

import io
import json
from typing import NamedTuple

import numpy as np

QUAD = [[10, 20], [50, 22], [49, 40], [9, 38]]
FLAT = [10, 20, 50, 22, 49, 40, 9, 38]
CURVE = [[0, 10], [20, 0], [40, 10], [40, 30], [20, 20], [0, 30]]
BOX = [60, 20, 90, 40]
BOX_CORNERS = [[60, 20], [90, 20], [90, 40], [60, 40]]


class Page(NamedTuple):
    """What a test expects of an AnnotatedPage."""

    words: list
    """(points, text, ignore) each."""
    page: str | None = None
    number: int | None = None
    size: tuple | None = None


class Example(NamedTuple):
    name: str
    format: str
    file: str
    content: bytes
    pages: list


def _npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _json(value):
    return json.dumps(value, ensure_ascii=False).encode()


def _text(*lines):
    return "\n".join([*lines, ""]).encode()


TEXTLESS = [Page([(QUAD, None, False), (BOX_CORNERS, None, False)])]
TWO_TEXTS = [Page([(QUAD, "été", False), (BOX_CORNERS, "b,c", False)])]
ANSWERS = [[QUAD, ["été", 0.9]], [BOX_CORNERS, ["b,c", 0.8]]]

LABEL_STUDIO_RESULT = [
    {
        "id": "a",
        "type": "rectangle",
        "from_name": "bbox",
        "to_name": "image",
        "original_width": 200,
        "original_height": 100,
        "image_rotation": 0,
        "value": {"x": 30, "y": 20, "width": 15, "height": 20, "rotation": 0},
    },
    {
        "id": "a",
        "type": "labels",
        "original_width": 200,
        "original_height": 100,
        "value": {"x": 30, "y": 20, "width": 15, "height": 20, "labels": ["Text"]},
    },
    {
        "id": "a",
        "type": "textarea",
        "original_width": 200,
        "original_height": 100,
        "value": {"x": 30, "y": 20, "width": 15, "height": 20, "text": ["one"]},
    },
    {
        "id": "b",
        "type": "polygonlabels",
        "original_width": 200,
        "original_height": 100,
        "value": {"points": [[5, 20], [25, 22], [24.5, 40], [4.5, 38]]},
    },
    # A quarter turn: 15 % of 200 px downwards, 20 % of 100 px to the left.
    {
        "id": "c",
        "type": "rectanglelabels",
        "original_width": 200,
        "original_height": 100,
        "value": {"x": 50, "y": 10, "width": 15, "height": 20, "rotation": 90},
    },
    {"type": "choices", "value": {"choices": ["clean"]}, "id": "d"},
]

LABEL_STUDIO_WORDS = [
    (BOX_CORNERS, "one", False),
    ([[10, 20], [50, 22], [49, 40], [9, 38]], None, False),
    ([[100, 10], [100, 40], [80, 40], [80, 10]], None, False),
]

EXAMPLES = [
    Example("npy_quads", "boxes", "page.npy", _npy(np.array([QUAD, BOX_CORNERS])), TEXTLESS),
    Example(
        "npy_flat", "boxes", "page.npy", _npy(np.array([FLAT], "f4")), [Page([(QUAD, None, False)])]
    ),
    Example(
        "npy_upright",
        "boxes",
        "page.npy",
        _npy(np.array([BOX])),
        [Page([(BOX_CORNERS, None, False)])],
    ),
    Example(
        "npy_polygons", "boxes", "page.npy", _npy(np.array([CURVE])), [Page([(CURVE, None, False)])]
    ),
    Example("npy_empty", "boxes", "page.npy", _npy(np.array([])), [Page([])]),
    Example("list_of_quads", "boxes", "page.json", _json([QUAD, BOX_CORNERS]), TEXTLESS),
    Example("list_of_numbers", "boxes", "page.json", _json([FLAT, BOX]), TEXTLESS),
    Example(
        "list_of_polygons", "boxes", "page.json", _json([CURVE]), [Page([(CURVE, None, False)])]
    ),
    Example("empty_list", "boxes", "page.json", b"[]", [Page([])]),
    Example("boxes", "boxes", "page.json", _json({"boxes": [FLAT, BOX]}), TEXTLESS),
    Example(
        "boxes_and_texts",
        "boxes",
        "page.json",
        _json({"boxes": [QUAD, BOX], "texts": ["été", "b,c"]}),
        TWO_TEXTS,
    ),
    Example("points", "boxes", "page.json", _json({"points": [QUAD, BOX_CORNERS]}), TEXTLESS),
    Example(
        "dt_polys",
        "boxes",
        "page.json",
        _json({"dt_polys": [QUAD, BOX_CORNERS], "dt_scores": [1, 1]}),
        TEXTLESS,
    ),
    Example(
        "rapidocr_arrays",
        "boxes",
        "page.json",
        _json({"boxes": [QUAD, BOX_CORNERS], "txts": ["été", "b,c"]}),
        TWO_TEXTS,
    ),
    Example(
        "byte_order_mark", "boxes", "page.json", b"\xef\xbb\xbf" + _json([QUAD, BOX]), TEXTLESS
    ),
    Example("utf_16", "boxes", "page.json", json.dumps([QUAD, BOX]).encode("utf-16"), TEXTLESS),
    Example("paddleocr_page", "paddleocr", "page.json", _json(ANSWERS), TWO_TEXTS),
    Example("paddleocr_pages", "paddleocr", "page.json", _json([ANSWERS]), TWO_TEXTS),
    Example(
        "paddleocr_document",
        "paddleocr",
        "document.json",
        _json([None, ANSWERS]),
        [Page([], number=0), TWO_TEXTS[0]._replace(number=1)],
    ),
    Example("paddleocr_nothing", "paddleocr", "page.json", b"[null]", [Page([])]),
    Example("paddleocr_boxes", "paddleocr", "page.json", _json([[QUAD, BOX_CORNERS]]), TEXTLESS),
    Example(
        "paddleocr_3",
        "paddleocr",
        "page_res.json",
        _json(
            {
                "input_path": "scans/page.png",
                "page_index": None,
                "model_settings": {},
                "dt_polys": [QUAD, CURVE, BOX_CORNERS],
                "rec_texts": ["été", "b,c"],
                "rec_scores": [0.9, 0.8],
                "rec_polys": [QUAD, BOX_CORNERS],
                "rec_boxes": [[9, 20, 50, 40], BOX],
            }
        ),
        [TWO_TEXTS[0]._replace(page="scans/page.png")],
    ),
    Example(
        "paddleocr_3_page",
        "paddleocr",
        "page_res.json",
        _json({"res": {"input_path": "a.pdf", "page_index": 2, "dt_polys": [QUAD, BOX_CORNERS]}}),
        [TEXTLESS[0]._replace(page="a.pdf", number=2)],
    ),
    Example(
        "rapidocr",
        "paddleocr",
        "page.json",
        _json([[QUAD, "été", 0.9], [BOX_CORNERS, "b,c", "0.8"]]),
        TWO_TEXTS,
    ),
    Example(
        "rapidocr_json",
        "paddleocr",
        "page.json",
        _json([{"box": QUAD, "txt": "été", "score": 1}, {"box": BOX_CORNERS, "txt": "b,c"}]),
        TWO_TEXTS,
    ),
    Example(
        "easyocr",
        "paddleocr",
        "page.json",
        _json([{"boxes": QUAD, "text": "été"}, {"boxes": BOX_CORNERS, "text": "b,c"}]),
        TWO_TEXTS,
    ),
    Example(
        "ppocrlabel",
        "ppocrlabel",
        "Label.txt",
        _text(
            "scans/a.jpg\t"
            + json.dumps(
                [
                    {"transcription": "été", "points": QUAD, "difficult": False, "key_cls": "None"},
                    {"transcription": "b", "points": BOX_CORNERS, "difficult": True},
                    {"transcription": "###", "points": CURVE},
                ]
            ),
            "",
            "scans/b.jpg\t[]",
        ),
        [
            Page(
                [(QUAD, "été", False), (BOX_CORNERS, "b", True), (CURVE, "###", True)],
                "scans/a.jpg",
            ),
            Page([], "scans/b.jpg"),
        ],
    ),
    Example(
        "icdar2015",
        "icdar2015",
        "gt_img_1.txt",
        b"\xef\xbb\xbf"
        + "\r\n".join(
            ["10,20,50,22,49,40,9,38,été", "60,20,90,20,90,40,60,40,b,c", "", "1,1,9,1,9,9,1,9,###"]
        ).encode(),
        [Page([*TWO_TEXTS[0].words, ([[1, 1], [9, 1], [9, 9], [1, 9]], "###", True)])],
    ),
    Example(
        "icdar2015_boxes",
        "icdar2015",
        "res_img_1.txt",
        _text("10,20, 50,22,49,40,9.0,+38", "60,20,90,20,90,40,60,40"),
        TEXTLESS,
    ),
    Example(
        "icdar2015_script",
        "icdar2015",
        "gt_img_1.txt",
        _text("10,20,50,22,49,40,9,38,Latin,été", "60,20,90,20,90,40,60,40,b,c"),
        [Page([(QUAD, "Latin,été", False), (BOX_CORNERS, "b,c", False)])],
    ),
    Example(
        "icdar_mlt",
        "icdar_mlt",
        "gt_img_1.txt",
        _text(
            "10,20,50,22,49,40,9,38,Latin,été",
            "60,20,90,20,90,40,60,40,Symbols,b,c",
            "1,1,9,1,9,9,1,9,None,###",
        ),
        [Page([*TWO_TEXTS[0].words, ([[1, 1], [9, 1], [9, 9], [1, 9]], "###", True)])],
    ),
    Example("icdar2015_empty", "icdar2015", "gt_img_1.txt", b"", [Page([])]),
    Example(
        "icdar2013",
        "icdar2013",
        "gt_img_1.txt",
        _text('60, 20, 90, 40, "say \\"a\\\\b\\", please"', '1, 2, 3, 4, "###"'),
        [
            Page(
                [
                    (BOX_CORNERS, 'say "a\\b", please', False),
                    ([[1, 2], [3, 2], [3, 4], [1, 4]], "###", True),
                ]
            )
        ],
    ),
    Example(
        "icdar2013_spaces",
        "icdar2013",
        "1.txt",
        _text('60 20 90 40 "b,c"'),
        [Page([(BOX_CORNERS, "b,c", False)])],
    ),
    Example(
        "icdar2013_boxes",
        "icdar2013",
        "res_img_1.txt",
        _text("60,20,90,40"),
        [Page([(BOX_CORNERS, None, False)])],
    ),
    Example(
        "textocr",
        "textocr",
        "TextOCR_0.1_val.json",
        _json(
            {
                "info": {"version": "0.1"},
                "imgs": {
                    "p1": {
                        "id": "p1",
                        "width": 200,
                        "height": 100,
                        "set": "val",
                        "file_name": "train/p1.jpg",
                    },
                    "p2": {
                        "id": "p2",
                        "width": 30,
                        "height": 40,
                        "set": "val",
                        "file_name": "train/p2.jpg",
                    },
                },
                "anns": {
                    "p2_1": {
                        "id": "p2_1",
                        "image_id": "p2",
                        "bbox": [0, 0, 40, 30],
                        "utf8_string": ".",
                        "points": [x for point in CURVE for x in point],
                        "area": 1,
                    },
                    "p1_1": {
                        "id": "p1_1",
                        "image_id": "p1",
                        "bbox": [9, 20, 41, 20],
                        "utf8_string": "été",
                        "points": FLAT,
                        "area": 1,
                    },
                },
                "imgToAnns": {"p1": ["p1_1"], "p2": ["p2_1"]},
            }
        ),
        [
            Page([(QUAD, "été", False)], "train/p1.jpg", size=(100, 200)),
            Page([(CURVE, ".", True)], "train/p2.jpg", size=(40, 30)),
        ],
    ),
    Example(
        "coco_text",
        "coco_text",
        "cocotext.v2.json",
        _json(
            {
                "cats": {},
                "anns": {
                    "45": {
                        "id": 45,
                        "image_id": 7,
                        "bbox": [60, 20, 30, 20],
                        "mask": FLAT,
                        "utf8_string": "été",
                        "legibility": "legible",
                        "language": "english",
                        "class": "machine printed",
                    },
                    "46": {
                        "id": 46,
                        "image_id": 7,
                        "bbox": [60, 20, 30, 20],
                        "legibility": "illegible",
                        "class": "handwritten",
                    },
                },
                "imgs": {
                    "7": {
                        "id": 7,
                        "set": "train",
                        "width": 200,
                        "height": 100,
                        "file_name": "COCO_train2014_7.jpg",
                    }
                },
                "imgToAnns": {"7": [45, 46]},
                "info": {},
            }
        ),
        [
            Page(
                [(QUAD, "été", False), (BOX_CORNERS, None, True)],
                "COCO_train2014_7.jpg",
                size=(100, 200),
            )
        ],
    ),
    Example(
        "coco",
        "coco",
        "instances.json",
        _json(
            {
                "annotations": [
                    {
                        "id": 1,
                        "image_id": 3,
                        "category_id": 1,
                        "bbox": [60, 20, 30, 20],
                        "iscrowd": 1,
                        "segmentation": {"counts": "abc", "size": [100, 200]},
                    },
                    {
                        "id": 2,
                        "image_id": 2,
                        "category_id": 1,
                        "bbox": [9, 20, 41, 20],
                        "segmentation": [FLAT],
                        "attributes": {"text": "été", "occluded": False},
                    },
                    {
                        "id": 3,
                        "image_id": 2,
                        "category_id": 1,
                        "bbox": [60, 20, 30, 20],
                        "segmentation": [],
                        "transcription": "b,c",
                    },
                    {
                        "id": 4,
                        "image_id": 2,
                        "category_id": 1,
                        "segmentation": [[0, 0, 4, 0, 4, 2], [6, 0, 9, 0, 9, 2]],
                    },
                ],
                "categories": [{"id": 1, "name": "text"}],
                "images": [
                    {"id": 2, "file_name": "a/2.jpg", "height": 100, "width": 200},
                    {"id": 3, "file_name": "a/3.jpg"},
                    {"id": 4, "file_name": "a/4.jpg", "height": 5, "width": 6},
                ],
            }
        ),
        [
            Page(
                [
                    *TWO_TEXTS[0].words,
                    ([[0, 0], [4, 0], [4, 2], [6, 0], [9, 0], [9, 2]], None, False),
                ],
                "a/2.jpg",
                size=(100, 200),
            ),
            Page([(BOX_CORNERS, None, True)], "a/3.jpg"),
            Page([], "a/4.jpg", size=(5, 6)),
        ],
    ),
    Example(
        "labelme",
        "labelme",
        "page.json",
        _json(
            {
                "version": "5.5.0",
                "flags": {},
                "shapes": [
                    {
                        "label": "été",
                        "points": QUAD,
                        "group_id": None,
                        "description": "",
                        "shape_type": "polygon",
                        "flags": {},
                    },
                    {
                        "label": "text",
                        "points": [[90, 20], [60, 40]],
                        "description": "b,c",
                        "shape_type": "rectangle",
                    },
                    {"label": "r", "points": QUAD, "shape_type": "rotation", "difficult": True},
                ],
                "imagePath": "..\\scans\\page.jpg",
                "imageData": None,
                "imageHeight": 100,
                "imageWidth": 200,
            }
        ),
        [Page([*TWO_TEXTS[0].words, (QUAD, "r", True)], "..\\scans\\page.jpg", size=(100, 200))],
    ),
    Example(
        "label_studio",
        "label_studio",
        "project-1.json",
        _json(
            [
                {
                    "id": 1,
                    "data": {"ocr": "/data/upload/1/0123abcd-a.jpg"},
                    "annotations": [
                        {
                            "id": 7,
                            "was_cancelled": True,
                            "created_at": "2026-01-03T00",
                            "result": [],
                        },
                        {
                            "id": 8,
                            "was_cancelled": False,
                            "created_at": "2026-01-02T00",
                            "result": LABEL_STUDIO_RESULT,
                        },
                        {
                            "id": 9,
                            "was_cancelled": False,
                            "created_at": "2026-01-01T00",
                            "result": [],
                        },
                    ],
                    "predictions": [],
                },
                {"id": 2, "data": {"ocr": "/data/upload/1/0123abcd-b.jpg"}, "annotations": []},
                {
                    "id": 3,
                    "data": {"source": "web", "picture": "s3://bucket/c.png"},
                    "annotations": [
                        {"ground_truth": True, "result": []},
                        {"ground_truth": False, "result": LABEL_STUDIO_RESULT},
                    ],
                },
            ]
        ),
        [
            Page(LABEL_STUDIO_WORDS, "/data/upload/1/0123abcd-a.jpg", size=(100, 200)),
            Page([], "s3://bucket/c.png"),
        ],
    ),
    Example(
        "label_studio_min",
        "label_studio",
        "project-1-min.json",
        _json(
            [
                {
                    "ocr": "/data/upload/1/0123abcd-a.jpg",
                    "id": 1,
                    "bbox": [
                        {
                            "x": 30,
                            "y": 20,
                            "width": 15,
                            "height": 20,
                            "rotation": 0,
                            "original_width": 200,
                            "original_height": 100,
                        },
                        {
                            "x": 50,
                            "y": 10,
                            "width": 15,
                            "height": 20,
                            "rotation": 90,
                            "original_width": 200,
                            "original_height": 100,
                        },
                    ],
                    "label": [
                        {
                            "x": 30,
                            "y": 20,
                            "width": 15,
                            "height": 20,
                            "labels": ["Text"],
                            "original_width": 200,
                            "original_height": 100,
                        },
                        {
                            "x": 50,
                            "y": 10,
                            "width": 15,
                            "height": 20,
                            "labels": ["Text"],
                            "original_width": 200,
                            "original_height": 100,
                        },
                    ],
                    "transcription": ["one", {"text": ["two", "three"]}],
                    "annotator": 1,
                    "annotation_id": 1,
                    "created_at": "2026-01-01T00",
                    "lead_time": 3.5,
                },
                *(
                    {
                        "image": "b.jpg",
                        "id": 2,
                        "transcription": [],
                        "created_at": f"2026-01-0{day}T00",
                        "annotator": day,
                        "lead_time": 1,
                    }
                    for day in (3, 1)
                ),
                {
                    "image": "b.jpg",
                    "id": 2,
                    "created_at": "2026-01-10T00",
                    "poly": [
                        {
                            "points": [[5, 20], [25, 22], [24.5, 40], [4.5, 38]],
                            "polygonlabels": ["Text"],
                            "original_width": 200,
                            "original_height": 100,
                        }
                    ],
                    "transcription": "été",
                    "annotator": 1,
                    "lead_time": 1,
                },
            ]
        ),
        [
            Page(
                [(BOX_CORNERS, "one", False), (LABEL_STUDIO_WORDS[2][0], "two three", False)],
                "/data/upload/1/0123abcd-a.jpg",
                size=(100, 200),
            ),
            Page([(QUAD, "été", False)], "b.jpg", size=(100, 200)),
        ],
    ),
]
