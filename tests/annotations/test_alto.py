"""ALTO: the XML of libraries' OCR, in four versions and three units."""

import numpy as np
import pytest
from annotated import Folder, box, texts_of, words_of

NAMESPACES = ["", *(f' xmlns="http://www.loc.gov/standards/alto/ns-v{n}#"' for n in (2, 3, 4))]


@pytest.fixture
def alto(tmp_path):
    return Folder(tmp_path, "alto", "xml")


def document(*pages, unit="pixel", name="a.tif", namespace=NAMESPACES[-1]):
    unit = unit and f"<MeasurementUnit>{unit}</MeasurementUnit>"
    source = f"<sourceImageInformation><fileName>{name}</fileName></sourceImageInformation>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alto{namespace}><!-- by hand --><Description>{unit}{source}</Description>
<Layout>{"".join(pages)}</Layout></alto>"""


def page(lines, size='WIDTH="200" HEIGHT="100"', name="p1", more=""):
    return f"""<Page ID="{name}" PHYSICAL_IMG_NR="17" {size} {more}><TopMargin/>
<PrintSpace><ComposedBlock><TextBlock ID="b1">{lines}</TextBlock></ComposedBlock></PrintSpace>
</Page>"""


def string(text="a", place='HPOS="1" VPOS="2" WIDTH="29" HEIGHT="10"', shape=""):
    return f'<String ID="s1" CONTENT="{text}" WC="0.9" {place}>{shape}</String>'


def polygon(points):
    return f'<Shape><Polygon POINTS="{points}"/></Shape>'


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_words_of_a_page(alto, namespace):
    second = string("Wort-", 'HPOS="40" VPOS="2.5" WIDTH="8" HEIGHT="9" SUBS_CONTENT="Wortende"')
    line = f'<TextLine>{string("R&amp;D")}<SP WIDTH="3"/>{second}<HYP CONTENT="-"/></TextLine>'
    found = alto.read_page(document(page(line), namespace=namespace))
    assert words_of(found) == [
        ("R&D", box(1, 2, 30, 12), False),
        ("Wort-", box(40, 2.5, 48, 11.5), False),
    ]
    assert (found.page, found.number) == ("a.tif", None)
    assert (found.size, found.relative) == ((100, 200), False)
    assert found.place == f"{alto.path}: Page p1"


def test_a_prefix_instead_of_a_default_namespace(alto):
    text = document(page(string())).replace("xmlns=", "xmlns:a=")
    text = text.replace("</", "</a:").replace("<", "<a:").replace("<a:/a:", "</a:")
    text = text.replace("<a:?", "<?").replace("<a:!", "<!")
    assert texts_of(alto.read_page(text)) == ["a"]


@pytest.mark.parametrize("unit", ["mm10", "inch1200", ""])
def test_other_units_are_shares_of_the_page(alto, unit):
    """Without a unit they are mm10, says version 2."""
    shape = polygon("10,20 50,20 60,40 50,60 10,60")
    found = alto.read_page(document(page(string() + string("b", shape=shape)), unit=unit))
    assert (found.size, found.relative) == (None, True)
    np.testing.assert_allclose(found.words[0].points * (200, 100), box(1, 2, 30, 12))
    expected = [[0.05, 0.2], [0.25, 0.2], [0.3, 0.4], [0.25, 0.6], [0.05, 0.6]]
    np.testing.assert_allclose(found.words[1].points, expected)


def test_pixels_without_a_page_size(alto):
    found = alto.read_page(document(page(string(), size="")))
    assert (found.size, found.relative) == (None, False)
    assert words_of(found) == [("a", box(1, 2, 30, 12), False)]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ("1,2 30,2 30,12 1,12", box(1, 2, 30, 12)),
        ("1 12 30 12 30 2 1 2", box(1, 2, 30, 12)),  # versions 1 and 2; another way round
        ("1,2,30,4,30,12,1,12", [[1, 2], [30, 4], [30, 12], [1, 12], [1, 2]]),
        ("1,2 30,4 30,12", [[1, 2], [30, 4], [30, 12], [1, 2], [30, 4]]),
        ("1,2 9,1 30,4 30,12 1,12", [[1, 2], [9, 1], [30, 4], [30, 12], [1, 12]]),
    ],
)
def test_a_polygon_is_an_outline(alto, points, expected):
    """Its points begin anywhere: nobody may take four of them for a quad."""
    found = alto.read_page(document(page(string("a", 'HPOS="0"', polygon(points)))))
    assert words_of(found) == [("a", expected, False)]
    assert found.outlines


def test_a_circle_has_a_box_too(alto):
    shape = '<Shape><Circle HPOS="15" VPOS="7" RADIUS="9"/></Shape>'
    found = alto.read_page(document(page(string(shape=shape))))
    assert words_of(found) == [("a", box(1, 2, 30, 12), False)]


def test_the_only_string_of_a_line_may_have_the_lines_place(alto):
    line = f"<TextLine>{polygon('1,2 30,2 30,12 1,12')}{string('two words', '')}</TextLine>"
    assert words_of(alto.read_page(document(page(line)))) == [
        ("two words", box(1, 2, 30, 12), False)
    ]


def test_a_string_without_text_is_to_be_ignored(alto):
    assert words_of(alto.read_page(document(page(string(" "))))) == [
        (None, box(1, 2, 30, 12), True)
    ]


def test_the_nearest_rotation_turns_the_corners(alto):
    lt, rt, rb, lb = box(1, 2, 30, 12)
    turned = f'<TextLine ROTATION="90">{string("b")}</TextLine>'
    found = alto.read_page(document(page(string() + turned, more='ROTATION="180"')))
    assert words_of(found) == [("a", [rb, lb, lt, rt], False), ("b", [lb, lt, rt, rb], False)]


def test_pages_of_a_file_are_counted(alto):
    found = alto.read(document(page(string()), page("", name="p2")))
    assert [(each.page, each.number, texts_of(each)) for each in found] == [
        ("a.tif", 0, ["a"]),
        ("a.tif", 1, []),
    ]


def test_no_file_name(alto):
    assert alto.read_page(document(page(""), name=" ")).page is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            string("a", 'HPOS="1"'),
            "Page p1: String s1: must have HPOS, VPOS, WIDTH, HEIGHT, or a Sh",
        ),
        (
            f"<TextLine>{string(place='')}{string()}</TextLine>",
            "Page p1: String s1: must have HPOS, VPOS, WIDTH, HEIGHT, or a Shape",
        ),
        (string("a", 'HPOS="1_0"'), "Page p1: String s1: HPOS must be numbers, not '1_0'"),
        (string("a", 'HPOS=""'), "Page p1: String s1: HPOS must be a number, not ''"),
        (string("a", 'HPOS="1 2"'), "Page p1: String s1: HPOS must be a number, not '1 2'"),
        (
            string("a", 'HPOS="1" VPOS="2" WIDTH="-29" HEIGHT="10"'),
            "Page p1: String s1: the box [1.0, 2.0, -28.0, 12.0] ends before it starts",
        ),
        (string(shape=polygon("1,2 3,4 5")), "String s1: POINTS must be three points or more"),
        (string(shape=polygon("1,2 3,4")), "String s1: POINTS must be three points or more"),
        (string(shape=polygon("1,2 3,x")), "String s1: POINTS must be numbers, not 'x'"),
        (f'<TextLine ROTATION="no">{string()}</TextLine>', "ROTATION must be numbers, not 'no'"),
    ],
)
def test_refusals(alto, line, reason):
    alto.refuses(document(page(line)), reason)


def test_refusals_of_units(alto):
    alto.refuses(
        document(page(""), unit="mm"), "MeasurementUnit: must be pixel, mm10, inch1200, not 'm"
    )
    alto.refuses(
        document(page("", size=""), unit="mm10"),
        "Page p1: must have WIDTH and HEIGHT, since the unit is mm10",
    )
    alto.refuses(document(page("", size='WIDTH="0" HEIGHT="1"'), unit=""), "since the unit is mm10")


def test_a_file_without_a_page(alto):
    alto.refuses(document(), "must have a Page")
    alto.refuses("<html/>", "must have a Page")


ENTITIES = {
    "billion laughs": '<!DOCTYPE alto [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>',
    "external": '<!DOCTYPE alto [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
    "a parameter": '<!DOCTYPE alto [<!ENTITY % b "aa">]>',
}


@pytest.mark.parametrize("kind", ENTITIES)
def test_entities_are_refused(alto, kind):
    text = document(page(string("&b;"))).replace("<alto", f"{ENTITIES[kind]}<alto")
    alto.refuses(text, "not XML that is safe to read: EntitiesForbidden")


def test_an_external_dtd_is_not_read(alto):
    text = document(page(string())).replace("<alto", '<!DOCTYPE alto SYSTEM "/etc/none"><alto')
    assert texts_of(alto.read_page(text)) == ["a"]
