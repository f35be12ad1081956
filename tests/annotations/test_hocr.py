"""hOCR: HTML of words with boxes, as Tesseract, OCRopus, kraken and libraries write it."""

import pytest
from annotated import Folder, box, texts_of, words_of

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/x.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>A &amp; B</title>
<meta name='ocr-system' content='by hand' /><style>.ocr_page > p { margin: 0 }</style></head>
<body>
"""
TAIL = "</body></html>\n"


@pytest.fixture
def hocr(tmp_path):
    return Folder(tmp_path, "hocr", "hocr")


def page(content, title='image "scans/a &amp; b.png"; bbox 0 0 200 100; ppageno 0'):
    return f"<div class='ocr_page' id='page_1' title='{title}'>\n{content}\n</div>\n"


def document(*pages):
    return HEAD + "".join(pages) + TAIL


def word(text, title="bbox 1 2 30 12; x_wconf 91"):
    return f"<span class='ocrx_word' title='{title}'>{text}</span>"


def test_words_of_a_page(hocr):
    content = f"""<div class='ocr_carea'><p class='ocr_par' dir='ltr'>
      <span class='ocr_line' title="bbox 1 2 90 14; baseline 0.015 -18">
       {word("R&amp;D&#8217;s")} <span class="other" title="bbox x">not a word</span>
       {word("<strong><em>bold</em></strong>ly", "bbox 32 3.5 60 -12; x_wconf 7")}
      </span></p></div>""".replace("-12", "12")
    found = hocr.read_page(document(page(content)))
    assert words_of(found) == [
        ("R&D’s", box(1, 2, 30, 12), False),
        ("boldly", box(32, 3.5, 60, 12), False),
    ]
    assert (found.page, found.number) == ("scans/a & b.png", None)
    assert (found.size, found.relative) == ((100, 200), False)
    assert found.place == f"{hocr.path}: line 6"


def test_html_that_is_no_xml(hocr):
    content = f"<p class=ocr_par><br>{word('a')}<p class=ocr_par>{word('b')}<img src=x>"
    found = hocr.read_page(f"<HTML><BODY>{page(content)}</HTML>")
    assert texts_of(found) == ["a", "b"]


def test_a_word_without_text_is_to_be_ignored(hocr):
    """Tesseract has such words for pictures."""
    found = hocr.read_page(document(page(word(" ") + word("a"))))
    assert words_of(found) == [
        (None, box(1, 2, 30, 12), True),
        ("a", box(1, 2, 30, 12), False),
    ]


def test_characters_boxes_and_other_choices(hocr):
    """Tesseract's hocr_char_boxes and lstm_choice_mode."""
    text = """
        <span class='ocrx_cinfo' title='x_bboxes 1 2 9 12; x_conf 98'>h</span>
        <span class='ocr_symbol' id='symbol_1'>
          <span class='ocrx_cinfo'><span class='ocrx_cinfo' title='x_confs 9'>b</span></span></span>
        <span class='ocrx_cinfo' title='x_bboxes 9 2 15 12; x_conf 98'>i</span>
        <span class='ocrx_cinfo' id='lstm_choices_1'>
          <span class='ocrx_cinfo' title='x_confs 97'>i</span>
          <span class='ocrx_cinfo' title='x_confs 3'>j</span></span>
    """
    assert texts_of(hocr.read_page(document(page(word(text))))) == ["hi"]


def test_alternatives(hocr):
    text = """<span class="alternatives">
      <ins class="alt" title="nlp 0.3">hello</ins> <del class="alt" title="nlp 1.1">hallo</del>
    </span>"""
    assert texts_of(hocr.read_page(document(page(word(text))))) == ["hello"]


def test_lines_of_a_page_without_words(hocr):
    line = "<span class='ocr_line' title='bbox 5 6 70 16'>two\n <b>words</b> </span>"
    found = hocr.read_page(document(page(line)))
    assert words_of(found) == [("two words", box(5, 6, 70, 16), False)]


LT, RT, RB, LB = box(1, 2, 30, 12)


@pytest.mark.parametrize(
    ("degrees", "corners"),
    [
        ("0", [LT, RT, RB, LB]),
        ("90", [LB, LT, RT, RB]),  # text runs from bottom to top
        ("180", [RB, LB, LT, RT]),
        ("270", [RT, RB, LB, LT]),
        ("-90", [RT, RB, LB, LT]),
        ("450.0", [LB, LT, RT, RB]),
        ("7.3", [LT, RT, RB, LB]),
    ],
)
def test_turned_text_begins_where_it_is_read(hocr, degrees, corners):
    line = f"<span class='ocr_line' title='bbox 0 0 9 9; textangle {degrees}'>{word('a')}</span>"
    found = hocr.read_page(document(page(line + word("b"))))
    assert words_of(found) == [("a", corners, False), ("b", [LT, RT, RB, LB], False)]


def test_a_polygon_is_more_than_its_box(hocr):
    found = hocr.read_page(document(page(word("a", "bbox 0 0 9 9; poly 1 1 5 0 9 2 9 9 0 8"))))
    assert words_of(found) == [("a", [[1, 1], [5, 0], [9, 2], [9, 9], [0, 8]], False)]
    assert found.outlines


def test_pages_of_one_file_have_numbers(hocr):
    pages = [page(word(text), f'image "a.tif"; ppageno {n}') for text, n in [("a", 3), ("b", 4)]]
    found = hocr.read(document(*pages))
    assert [(each.page, each.number, texts_of(each)) for each in found] == [
        ("a.tif", 3, ["a"]),
        ("a.tif", 4, ["b"]),
    ]


def test_pages_of_files_of_their_own_have_none(hocr):
    titles = ['image "a.png"; ppageno 0', 'image "b.png"; ppageno 1']
    found = hocr.read(document(*(page(word("a"), title) for title in titles)))
    assert [(each.page, each.number) for each in found] == [("a.png", None), ("b.png", None)]


def test_pages_without_a_name_are_counted(hocr):
    found = hocr.read(document(page("", 'image "unknown"'), page("", "bbox 0 0 9 9")))
    assert [(each.page, each.number, each.size) for each in found] == [
        (None, 0, None),
        (None, 1, (9, 9)),
    ]


@pytest.mark.parametrize("size", ["bbox 10 0 200 100", "bbox 0 0 0 0", "bbox 0 0 9.5 9"])
def test_a_page_box_that_is_no_size(hocr, size):
    assert hocr.read_page(document(page("", size))).size is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (page(word("a", "x_wconf 9")), "line 7: bbox: [] has 0 numbers, not 4"),
        (
            page(word("a", "bbox 1 2 3")),
            "line 7: bbox: [1.0, 2.0, 3.0] has 3 numbers, not 4",
        ),
        (
            page(word("a", "bbox 9 2 3 4")),
            "line 7: bbox: the box [9.0, 2.0, 3.0, 4.0] ends before it starts",
        ),
        (page(word("a", "bbox 1 2 3 nan")), "line 7: bbox must be numbers, not 'nan'"),
        (page(word("a", "bbox 1 2 3 1e999")), "line 7: bbox must be numbers, not '1e999'"),
        (page(word("a", "poly 1 2 3 4 5")), "line 7: poly must be three points or more"),
        (page(word("a", "bbox 1 2 3 4; textangle up")), "textangle must be numbers, not 'up'"),
        (page(word("a"), "bbox 0 0 9"), "line 6: bbox: [0.0, 0.0, 9.0] has 3 numbers, not 4"),
        (page(word("a"), "ppageno iv"), "line 6: ppageno must be numbers, not 'iv'"),
        (page(word(word("a"))), "line 7: an ocrx_word within an ocrx_word"),
        (page(page("")), "line 7: an ocr_page within an ocr_page"),
        (word("a"), "line 6: an ocrx_word outside of any ocr_page"),
        (page(word("a")).removesuffix("\n</div>\n"), "the file ends within a page"),
        (page("<![CDATA["), "line 7: '<![CDATA["),
    ],
)
def test_refusals(hocr, content, reason):
    hocr.refuses(HEAD + content, reason)


def test_entities_are_not_expanded(hocr):
    entities = (
        '<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "/etc/passwd">]>'
    )
    found = hocr.read_page(f"{entities}<html>{page(word('&b;&c;'))}</html>")
    assert texts_of(found) == ["&b;&c;"]


def test_other_html_is_not_hocr(hocr):
    hocr.refuses("<html><p class='other'>ocr_page</p></html>", "has no ocr_page")
