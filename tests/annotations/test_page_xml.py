"""PAGE XML of 2009 to 2024: what Aletheia, Transkribus, OCR-D and eScriptorium write."""

import pytest
from annotated import Folder, box, texts_of, words_of

OLD = "2010-03-19"
VERSIONS = [OLD, "2013-07-15", "2019-07-15", "2024-07-15"]


@pytest.fixture
def page_xml(tmp_path):
    return Folder(tmp_path, "page_xml", "xml")


def document(
    content, version="2019-07-15", size='imageWidth="200" imageHeight="100"', name="a.jpg"
):
    return f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/{version}"><Metadata/>
<Page imageFilename="{name}" {size}><AlternativeImage filename="b.png"/>
<TextRegion id="r1"><Coords points="0,0 9,0 9,9"/>{content}</TextRegion></Page></PcGts>"""


def element(kind, name, points, *content):
    coords = f'<Coords points="{points}"/>'
    return f'<{kind} id="{name}">{coords}{"".join(content)}</{kind}>'


def text(value, index=""):
    return f"<TextEquiv {index}><PlainText>no</PlainText><Unicode>{value}</Unicode></TextEquiv>"


UPRIGHT = "1,2 1,12 30,12 30,2"  # counter-clockwise, as Aletheia writes it
WORD = element("Word", "w1", UPRIGHT, text("R&amp;D"))


def test_words_of_a_page(page_xml):
    glyph = element("Glyph", "g1", UPRIGHT, text("x"))
    second = element("Word", "w2", "5,5 20,4 30,6 30,9 5,9", glyph, text("two"))
    line = element("TextLine", "l1", UPRIGHT, WORD, second, text("R&amp;D two"))
    found = page_xml.read_page(document(line))
    assert words_of(found) == [
        ("R&D", box(1, 2, 30, 12), False),
        ("two", [[5, 5], [20, 4], [30, 6], [30, 9], [5, 9]], False),
    ]
    assert (found.page, found.number, found.size) == ("a.jpg", None, (100, 200))
    assert (found.relative, found.outlines) == (False, True)
    assert found.place == f"{page_xml.path}: Page"


@pytest.mark.parametrize("version", VERSIONS)
def test_versions(page_xml, version):
    content = document(WORD, version)
    if version == OLD:
        points = "".join(f'<Point x="{x}" y="{y}"/>' for x, y in box(1, 2, 30, 12))
        content = content.replace(f'<Coords points="{UPRIGHT}"/>', f"<Coords>{points}</Coords>")
    assert words_of(page_xml.read_page(content)) == [("R&D", box(1, 2, 30, 12), False)]


def test_lines_of_a_page_without_words(page_xml):
    lines = [element("TextLine", f"l{n}", UPRIGHT, text(f"line {n}")) for n in range(3)]
    found = page_xml.read_page(document("".join(lines)))
    assert texts_of(found) == ["line 0", "line 1", "line 2"]


def test_an_outline_of_four_points_that_is_no_quad(page_xml):
    found = page_xml.read_page(document(element("Word", "w", "30,12 30,2 1,3 1,12")))
    assert words_of(found) == [(None, [[30, 12], [30, 2], [1, 3], [1, 12], [30, 12]], False)]


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ([text("b", 'index="1"'), text("a", 'index="0"')], "a"),
        ([text("a"), text("b")], "a"),
        ([text("b", 'index="0"'), text("a")], "a"),
        ([text(" ")], None),
        (["<TextEquiv><Unicode/></TextEquiv>"], None),
        ([], None),
    ],
)
def test_which_text(page_xml, choices, expected):
    found = page_xml.read_page(document(element("Word", "w", UPRIGHT, *choices)))
    assert words_of(found) == [(expected, box(1, 2, 30, 12), False)]


def test_a_page_without_a_name_and_size(page_xml):
    found = page_xml.read_page(document("", size="", name=""))
    assert (found.page, found.size, found.words) == (None, None, [])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('<Word id="w_12"/>', "Word w_12: must have Coords"),
        ("<Word/>", "Word 1: must have Coords"),
        (element("Word", "w_12", ""), "Word w_12: Coords must be three points or more"),
        (element("Word", "w", "1,2 3,4"), "Word w: Coords must be three points or more"),
        (
            element("Word", "w", "1 2 3 4 5 6"),
            "Word w: Coords must be x,y x,y and so on, not '1 2 3",
        ),
        (element("Word", "w", "1,2 3,4 5"), "Word w: Coords must be x,y x,y and so on"),
        (element("Word", "w", "1,2 3,4 5,"), "Word w: Coords must be three points or more"),
        (element("Word", "w", "1,2 3,4 5,x"), "Word w: Coords must be numbers, not 'x'"),
        (element("TextLine", "l", "1,2 3,4 5,∞"), "TextLine l: Coords must be numbers, not '∞'"),
        (WORD.replace("points", "path"), "Word w1: Coords must be three points or more"),
        (
            WORD.replace(f'<Coords points="{UPRIGHT}"/>', '<Coords><Point x="1"/></Coords>'),
            "Word w1: Coords must be numbers, not 'None'",
        ),
        (
            element("Word", "w", UPRIGHT, text("a", 'index="one"'), text("b")),
            "Word w: index must be numbers, not 'one'",
        ),
    ],
)
def test_refusals(page_xml, content, reason):
    page_xml.refuses(document(content), reason)


def test_refusals_of_the_page(page_xml):
    page_xml.refuses(document("", size='imageWidth="wide"'), "Page: imageWidth must be numbers")
    page_xml.refuses("<PcGts/>", "must have a Page")


def test_entities_are_refused(page_xml):
    entities = '<!DOCTYPE PcGts [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><PcGts'
    page_xml.refuses(
        document(WORD.replace("R&amp;D", "&b;")).replace("<PcGts", entities),
        "not XML that is safe to read: EntitiesForbidden",
    )
