"""The blocks at fixed places of the page; the article flows around them."""

from __future__ import annotations

from PIL import ImageFilter

from typesetting import Canvas, Colour, Style

WIDTH, HEIGHT = 2480, 3508
PAPER: Colour = (246, 241, 229)
INK: Colour = (38, 35, 36)
RED: Colour = (168, 44, 40)
BLUE: Colour = (38, 66, 140)
TEAL: Colour = (24, 98, 104)
TINT: Colour = (226, 228, 216)

LEFT, RIGHT, GUTTER = 116, 2352, 46
COLUMN = (RIGHT - LEFT - 2 * GUTTER) / 3
FIRST_BASELINE, ROW = 512, 39

BODY = Style("DejaVuSerif", 33, INK, ROW)
HEADING = Style("DejaVuSans-Bold", 34, TEAL, ROW)
SMALL = Style("DejaVuSerif", 24, INK, 32)
CAPTION = Style("DejaVuSerif-Italic", 28, INK, 36)
SANS = Style("DejaVuSans", 31, INK, 40)
MONO = Style("DejaVuSansMono", 27, INK, ROW)
QUOTE = Style("DejaVuSerif-BoldItalic", 47, RED, 66)

SIDEBAR_TEXT = (
    "Put the page on a dark table and let the window stand at your left. "
    "Hold the phone flat, count to 3, and do not breathe on the glass. "
    "Keep all four corners in view, even the torn one. "
    "A lamp of 60 watts at 45 degrees is kinder than any flash. "
    "Scan at 300 dots per inch for prose, at 600 for stamps, maps and tickets. "
    "Name each file by its date, such as 2026-03-14, and never by your mood. "
    "Then check 20 words by hand; if 19 are right, go home."
)
CODE_LINES = [
    "# count the words of a page",
    'page = load("tartu-0417.jpg")',
    "for box in page.boxes[:1500]:",
    "    word = cut(page, box, 48)",
    "    total += len(read(word))",
    'print(total, "letters")',
]
TABLE = [
    ["Source", "Pages", "Words", "Price"],
    ["Ledgers", "1,204", "388,910", "€96.00"],
    ["Posters", "16", "742", "€12.50"],
    ["Menus", "85", "9,316", "€8.75"],
    ["Tickets", "1,400", "21,057", "€140.20"],
    ["Letters", "263", "70,448", "€31.90"],
]


def column_x(number: int) -> float:
    """Return the left edge of a column, counted from 0."""
    return LEFT + number * (COLUMN + GUTTER)


def baselines(first: int, last: int) -> list[float]:
    """Return the baselines of the rows first to last, both included."""
    return [FIRST_BASELINE + ROW * row for row in range(first, last + 1)]


def row_y(row: float) -> float:
    """Return the upper edge of a row."""
    return FIRST_BASELINE + ROW * (row - 0.8)


def set_masthead(page: Canvas) -> None:
    """Set the running head, the title, the subtitle, the byline and the folio."""
    head = Style("DejaVuSans", 25, INK)
    page.set_text("THE READING ROOM", LEFT, 118, head)
    page.set_text("Issue 14, Spring 2026", RIGHT, 118, head, align=1.0)
    page.draw.line([(LEFT, 138), (RIGHT, 138)], fill=INK, width=3)
    page.set_text("How a Page Is Read", LEFT - 4, 278, Style("DejaVuSerif-Bold", 112, INK))
    subtitle = "Notes on finding, straightening and translating words"
    page.set_text(subtitle, LEFT, 362, Style("DejaVuSerif-Italic", 46, TEAL))
    page.set_text("by Ada Brenner and Tomas Reyl", LEFT, 426, Style("DejaVuSans-Bold", 27, INK))
    page.draw.line([(LEFT, 456), (RIGHT, 456)], fill=INK, width=1)
    page.set_text("212", (LEFT + RIGHT) / 2, 3434, Style("DejaVuSerif", 30, INK), align=0.5)


def set_footnote(page: Canvas, row: int) -> None:
    """Set a footnote in small type under a short rule at the foot of the first column."""
    x, y = column_x(0), row_y(row) + 8
    page.draw.line([(x, y), (x + 220, y)], fill=INK, width=2)
    text = (
        "* All prices are from the ledger of 1904 and were changed into euros at the rate of "
        "8 January 2026. Pages that had lost a corner were counted as whole, since the missing "
        "words, 37 in total, could be guessed by the nearest baker."
    )
    page.set_ragged(text, x, y + 36, COLUMN, SMALL)


def set_code(page: Canvas, first: int) -> None:
    """Set some lines of monospace on a tint in the first column."""
    x = column_x(0)
    top, bottom = row_y(first), row_y(first + len(CODE_LINES)) + 20
    page.draw.rectangle([x, top - 6, x + COLUMN, bottom], fill=TINT)
    for line, baseline in zip(CODE_LINES, baselines(first, first + 9), strict=False):
        indent = len(line) - len(line.lstrip())
        page.set_text(line.strip(), x + 24 + indent * MONO.advance(" "), baseline + 8, MONO)


def set_sidebar(page: Canvas, first: int, last: int) -> None:
    """Set the sidebar in a box of the third column."""
    x = column_x(2)
    page.draw.rectangle([x, row_y(first), x + COLUMN, row_y(last + 1)], fill=TINT)
    page.draw.rectangle([x, row_y(first), x + COLUMN, row_y(first) + 8], fill=TEAL)
    y = row_y(first) + 62
    page.set_text("Seven rules for a scan", x + 26, y, Style("DejaVuSans-Bold", 37, TEAL))
    page.set_ragged(SIDEBAR_TEXT, x + 26, y + 50, COLUMN - 52, SANS)


def set_table(page: Canvas, first: int) -> None:
    """Set a small table with its numbers flush right in the third column."""
    x = column_x(2)
    head = Style("DejaVuSans-Bold", 27, INK)
    cell = Style("DejaVuSans", 27, INK)
    edges = [x + 4, x + 330, x + 500, x + COLUMN - 4]
    for number, (row, baseline) in enumerate(zip(TABLE, baselines(first, first + 5), strict=True)):
        for text, edge in zip(row, edges, strict=True):
            align = 0.0 if edge == edges[0] else 1.0
            page.set_text(text, edge, baseline, cell if number else head, align)
        weight = 1 if 0 < number < len(TABLE) - 1 else 3
        page.draw.line([(x, baseline + 11), (x + COLUMN, baseline + 11)], fill=INK, width=weight)


def set_figure(page: Canvas, first: int, last: int) -> None:
    """Draw a street picture with a leaning sign in the second column, and set its caption."""
    x, top, bottom = column_x(1), row_y(first) + 10, row_y(last + 1)
    right, ground = x + COLUMN, bottom - 70
    pen = page.draw
    pen.rectangle([x, top, right, bottom], fill=(196, 214, 222))
    pen.ellipse([x + 60, top + 40, x + 150, top + 130], fill=(246, 214, 120))
    hills = [(x, ground), (x + 150, ground - 130), (x + 330, ground - 40)]
    hills += [(x + 520, ground - 170), (right, ground - 60), (right, ground)]
    pen.polygon(hills, (126, 158, 140))
    pen.rectangle([x, ground, right, bottom], fill=(150, 140, 128))
    pen.rectangle([x + 372, top + 150, x + 388, ground + 24], fill=(80, 72, 66))
    sign = Canvas.blank((400, 152), TEAL)
    sign.draw.rounded_rectangle([2, 2, 397, 149], 22, fill=(*TEAL, 255), outline=PAPER, width=5)
    sign.set_text("OPEN DAILY", 200, 66, Style("DejaVuSans-Bold", 45, PAPER), align=0.5)
    sign.set_text("bread 2.40 coffee 1.90", 200, 118, Style("DejaVuSans", 28, PAPER), align=0.5)
    page.place(sign, (x + 385, top + 130), -6)
    caption = (
        "Fig. 3. A sign in Lucca leans by six degrees; its words were cut out, turned level "
        "and read."
    )
    page.set_ragged(caption, x, bottom + 38, COLUMN, CAPTION)


def set_quote(page: Canvas, first: int, last: int) -> None:
    """Set a slanted pull quote in the second column."""
    block = Canvas.blank((round(COLUMN), 290), RED)
    lines = ["“A word that runs off", "the page is still", "a word worth reading.”"]
    for number, line in enumerate(lines):
        block.set_text(line, COLUMN / 2, 92 + number * QUOTE.leading, QUOTE, align=0.5)
    for y in (14, 268):
        block.draw.line([(70, y), (COLUMN - 70, y)], fill=(*RED, 255), width=4)
    middle = (row_y(first) + row_y(last + 1)) / 2
    page.place(block, (column_x(1) + COLUMN / 2, middle), -4)


def set_stamp(page: Canvas) -> None:
    """Draw a round-cornered stamp on the masthead, turned by 8 degrees."""
    ink: Colour = (176, 58, 58)
    block = Canvas.blank((520, 236), ink)
    block.draw.rounded_rectangle([5, 5, 514, 230], 24, outline=(*ink, 255), width=7)
    block.draw.rounded_rectangle([18, 18, 501, 217], 16, outline=(*ink, 255), width=2)
    block.set_text("RECEIVED", 260, 84, Style("DejaVuSans-Bold", 52, ink), align=0.5)
    block.set_text("14 MAR 2026", 260, 143, Style("DejaVuSansMono-Bold", 42, ink), align=0.5)
    block.set_text("City Archive, Tartu", 260, 193, Style("DejaVuSans", 31, ink), align=0.5)
    block.image = block.image.filter(ImageFilter.GaussianBlur(0.7))
    page.place(block, (2000, 302), 8)


def set_margin_note(page: Canvas) -> None:
    """Set a vertical note at the right edge of the page, partly outside it."""
    note = Style("DejaVuSerif-Italic", 37, BLUE)
    block = Canvas.blank((1200, 112), BLUE)
    block.set_text("Compare the plates on page 96 with the", 20, 40, note)
    block.set_text("Lisbon prints before you quote any price!", 20, 92, note)
    page.place(block, (2433, 2360), -90)


def set_answer(page: Canvas, row: int) -> None:
    """Set the answer to a riddle upside down at the foot of the third column."""
    block = Canvas.blank((round(COLUMN), 50), INK)
    style = Style("DejaVuSerif-Italic", 28, INK)
    block.set_text("Answer to riddle 13: a candle, at noon", COLUMN / 2, 34, style, align=0.5)
    page.place(block, (column_x(2) + COLUMN / 2, row_y(row) + 22), 180)


def set_fixed_blocks(page: Canvas) -> list[tuple[float, list[float]]]:
    """Set all fixed blocks and return the regions that remain for the article."""
    set_masthead(page)
    set_stamp(page)
    set_code(page, 36)
    set_footnote(page, 69)
    set_quote(page, 22, 29)
    set_figure(page, 62, 70)
    set_sidebar(page, 15, 30)
    set_table(page, 62)
    note = "Continued on page 214"
    page.set_text(note, column_x(2) + COLUMN, baselines(60, 60)[0], CAPTION, align=1.0)
    set_answer(page, 71)
    set_margin_note(page)
    first, second, third = (column_x(number) for number in range(3))
    return [
        (first, baselines(0, 34)),
        (first, baselines(43, 67)),
        (second, baselines(0, 21)),
        (second, baselines(30, 60)),
        (third, baselines(0, 13)),
        (third, baselines(32, 59)),
    ]
