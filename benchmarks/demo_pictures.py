"""The pictures of `make demo`. Each has a title that says what it shows; colours are B, G, R."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from batches import INPUT
from harness import cv2, fastcv

PAGE_COLORS, COLORS = 8, 6
BATCH_WORDS = 16
WORD_STEP, OVERVIEW = 10, slice(12, None, 4)
SHEET_WIDTH, SHEET_CROPS, GAP, MARGIN = 1240, 300, 10, 24
PAGE_WIDTH = 1240
OVERVIEW_PAGE, OVERVIEW_SHEET, OVERVIEW_GAP = 580, 740, 16
LIGHT_GREY, INK, GREY = (232, 232, 232), (40, 36, 32), (120, 120, 120)
QUAD, WORD_BEGIN, OPACITY = (235, 165, 70), (40, 64, 230), 0.22
FONT = cv2.FONT_HERSHEY_SIMPLEX
NUMBER_PX, TITLE_PX, TITLE_ROW = 9, 13, 28
SMOOTH = 4  # letters are drawn this many times as large, then shrunk
SWATCH, COLUMN_WIDTH = (150, 64), 440


def make_paper(height: int, width: int) -> np.ndarray:
    """Return an empty light grey picture."""
    return np.full((height, width, 3), LIGHT_GREY, np.uint8)


def letters(text: str, capitals_px: float, ink: Sequence[int], paper: Sequence[int]) -> np.ndarray:
    """Draw one line of text with capitals of about this height."""
    scale = SMOOTH * capitals_px / 21  # a capital of the font is 21 px high
    thick = max(1, round(2.2 * scale))
    (width, height), below = cv2.getTextSize(text, FONT, scale, thick)
    line = np.full((height + below + thick, width + thick, 3), paper, np.uint8)
    cv2.putText(line, text, (0, height), FONT, scale, list(map(int, ink)), thick, cv2.LINE_AA)
    size = [max(1, round(side / SMOOTH)) for side in line.shape[1::-1]]
    return cv2.resize(line, size, interpolation=cv2.INTER_AREA)


def put(picture: np.ndarray, part: np.ndarray, x: int, y: int) -> None:
    """Copy a part into a picture, as much of it as fits."""
    target = picture[y : y + part.shape[0], x : x + part.shape[1]]
    target[:] = part[: target.shape[0], : target.shape[1]]


def put_title(picture: np.ndarray, lines: Sequence[str]) -> np.ndarray:
    """Return the picture with lines of text above it."""
    band = make_paper(MARGIN + TITLE_ROW * len(lines), picture.shape[1])
    for row, line in enumerate(lines):
        put(band, letters(line, TITLE_PX, INK, LIGHT_GREY), MARGIN, MARGIN + TITLE_ROW * row)
    return np.concatenate([band, picture])


def put_number(crop: np.ndarray, number: int) -> np.ndarray:
    """Return the crop with a number below it."""
    label = letters(str(number), NUMBER_PX, GREY, LIGHT_GREY)
    width = max(crop.shape[1], label.shape[1])
    tile = make_paper(crop.shape[0] + 3 + label.shape[0], width)
    put(tile, crop, 0, 0)
    put(tile, label, 0, crop.shape[0] + 3)
    return tile


def lay_out_rows(tiles: Sequence[np.ndarray], width: int) -> Iterator[list[np.ndarray]]:
    """Yield rows of tiles; each row holds as many as fit the width."""
    row: list[np.ndarray] = []
    left = width
    for tile in tiles:
        if row and tile.shape[1] > left:
            yield row
            row, left = [], width
        row.append(tile)
        left -= tile.shape[1] + GAP
    if row:
        yield row


def draw_row(row: Sequence[np.ndarray], width: int, spread: bool) -> np.ndarray:
    """Draw one row of a sheet: tiles on one bottom line, spread over its width if asked."""
    height = max(tile.shape[0] for tile in row)
    strip = make_paper(height + GAP, width + 2 * MARGIN)
    spare = width - sum(tile.shape[1] for tile in row)
    gap = spare / (len(row) - 1) if spread and len(row) > 1 else GAP
    left = float(MARGIN)
    for tile in row:
        put(strip, tile, round(left), height - tile.shape[0])
        left += tile.shape[1] + gap
    return strip


def draw_sheet(
    tiles: Sequence[np.ndarray], width: int = SHEET_WIDTH, height: int | None = None
) -> tuple[np.ndarray, int]:
    """Lay the tiles in order on a light grey sheet, as many as fit; return it and their number."""
    width -= 2 * MARGIN
    rows = list(lay_out_rows(tiles, width))
    strips, count, used = [], 0, 0
    for row in rows:
        strip = draw_row(row, width, spread=row is not rows[-1])
        if height and used + len(strip) > height:
            break
        strips.append(strip)
        count += len(row)
        used += len(strip)
    rest = height - used if height else MARGIN - GAP
    return np.concatenate([*strips, make_paper(rest, width + 2 * MARGIN)]), count


def choose_words(page: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return the numbers of the words that lie wholly on the page."""
    last = np.array([page.shape[1] - 1, page.shape[0] - 1])
    return np.flatnonzero(((boxes >= 0) & (boxes <= last)).all(axis=(1, 2)))


def draw_crops(page: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Lay out the first words, each with its number."""
    crops = fastcv.image_crop(page, boxes)
    numbers = choose_words(page, boxes)
    sheet, count = draw_sheet([put_number(crops[n], n) for n in numbers[:SHEET_CROPS]])
    return put_title(sheet, [
        f"{count} of the {len(crops):,} crops = fastcv.image_crop(page, boxes); "
        "below each its number in this list",
        f"left out: {len(crops) - len(numbers)} words that run off the page, "
        "where crops are black or as border= says",
    ])  # fmt: skip


def draw_page(page: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Tint every quad on the page, mark the left side of its word, and shrink the page."""
    fixed_point = np.round(boxes * 16).astype(np.int32)  # cv2 draws in sixteenths of a pixel
    tint = page.copy()
    for quad in fixed_point:
        cv2.fillConvexPoly(tint, quad, QUAD, cv2.LINE_AA, shift=4)
    drawn = cv2.addWeighted(page, 1 - OPACITY, tint, OPACITY, 0)
    cv2.polylines(drawn, list(fixed_point), True, QUAD, 2, cv2.LINE_AA, shift=4)
    begins = list(np.ascontiguousarray(fixed_point[:, [0, 3]]))
    cv2.polylines(drawn, begins, False, WORD_BEGIN, 3, cv2.LINE_AA, shift=4)
    return resize_to_width(drawn, PAGE_WIDTH)


def resize_to_width(picture: np.ndarray, width: int) -> np.ndarray:
    """Shrink a picture to this width."""
    height = round(picture.shape[0] * width / picture.shape[1])
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)


def draw_overview(page: np.ndarray, boxes: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Show the page with its boxes, and beside it as many of the crops as have room."""
    left = resize_to_width(drawn, OVERVIEW_PAGE)
    crops = fastcv.image_crop(page, boxes)
    tiles = [put_number(crops[n], n) for n in choose_words(page, boxes)[OVERVIEW]]
    sheet, count = draw_sheet(tiles, OVERVIEW_SHEET, len(left) - MARGIN - TITLE_ROW)
    title = f"{count} of the {len(boxes):,} words, cut out and set level; below each its number"
    right = put_title(sheet, [title])
    between = np.full((left.shape[0], OVERVIEW_GAP, 3), 255, np.uint8)
    return np.concatenate([left, between, right], axis=1)


def draw_batches(page: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Show three batches as the recogniser reads them: a word a row, the padding in grey."""
    input = replace(INPUT, batch_size=BATCH_WORDS)
    batches = fastcv.crop_batches(page, boxes, convention="rapidocr", input=input)
    shown = batches[0], batches[len(batches) // 2], batches[-2]
    columns = []
    for tensor in (batch.tensor for batch in shown):
        pixels = np.rint(127.5 * (tensor + 1)).astype(np.uint8)
        words = np.concatenate(pixels.transpose(0, 2, 3, 1))
        column = make_paper(len(words) + MARGIN, words.shape[1] + 2 * MARGIN)
        put(column, words, MARGIN, 0)
        columns.append(put_title(column, [f"{tensor.dtype} {tensor.shape}"]))
    return put_title(np.concatenate(columns, axis=1), [
        f"3 of the {len(batches)} batches that fastcv.crop_batches makes of the words, as a",
        "recogniser reads them: of one height, sorted by width, padded (dark grey)",
    ])  # fmt: skip


def redraw(text: str, ink: np.ndarray, paper: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Write a word in two colours, as large as fits half its box."""
    height, width = shape[:2]
    word = np.full((height, width, 3), paper, np.uint8)
    line = letters(text, 0.5 * height, ink, paper)
    shrink = min(1, 0.94 * width / line.shape[1], 0.94 * height / line.shape[0])
    size = [max(1, round(shrink * side)) for side in line.shape[1::-1]]
    line = cv2.resize(line, size, interpolation=cv2.INTER_AREA)
    put(word, line, (width - size[0]) // 2, (height - size[1]) // 2)
    return word


def draw_word_colors(page: np.ndarray, boxes: np.ndarray, texts: Sequence[str]) -> np.ndarray:
    """Lay out every tenth word, each above itself, redrawn in the colours that were found."""
    numbers = choose_words(page, boxes)[::WORD_STEP]
    found = fastcv.text_colors(page, boxes[numbers])
    words = fastcv.image_crop(page, boxes[numbers])
    again = map(redraw, (texts[n] for n in numbers), found.text, found.background,
                (word.shape for word in words))  # fmt: skip
    pairs = map(np.concatenate, zip(words, again, strict=True))
    sheet, count = draw_sheet(list(map(put_number, pairs, numbers)))
    return put_title(sheet, [
        f"{count} of the {len(boxes):,} words; below each the same word, written again",
        "in the colours of ink and paper that fastcv.text_colors(page, boxes) found",
    ])  # fmt: skip


def draw_swatches(
    title: Sequence[str], found: fastcv.MainColors, total: int, unit: str
) -> np.ndarray:
    """Draw a column of colours, each with its hex value, its count and its share of the total."""
    column = make_paper(len(found.colors) * (SWATCH[1] + GAP) + GAP, COLUMN_WIDTH)
    for row, (color, count) in enumerate(zip(found.colors.tolist(), found.counts, strict=True)):
        top = row * (SWATCH[1] + GAP)
        put(column, np.full((SWATCH[1], SWATCH[0], 3), color, np.uint8), MARGIN, top)
        lines = "#{2:02X}{1:02X}{0:02X}".format(*color), f"{count:,} {unit}, {count / total:.1%}"
        for line, y in zip(lines, (14, 38), strict=True):
            put(column, letters(line, TITLE_PX, INK, LIGHT_GREY), MARGIN + SWATCH[0] + 14, top + y)
    return put_title(column, title)


def draw_page_colors(page: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Show three answers to "which colours": exact ones, similar ones together, the words' ink."""
    pixels = page.shape[0] * page.shape[1]
    ink = fastcv.text_colors(page, boxes).text
    exact, grouped = (
        fastcv.main_colors(page, PAGE_COLORS),
        fastcv.main_colors(page, PAGE_COLORS, bits=3),
    )
    inks = fastcv.main_colors(ink[np.newaxis], PAGE_COLORS, bits=3)
    columns = [
        (["main_colors(page): each", "colour for itself, all paper"], exact, pixels, "px"),
        (["main_colors(page, bits=3):", "similar colours together"], grouped, pixels, "px"),
        (["text_colors(page, boxes):", "the ink of the words"], inks, len(boxes), "words"),
    ]
    return np.concatenate([draw_swatches(*column) for column in columns], axis=1)


def draw_logo_colors(logo: np.ndarray) -> np.ndarray:
    """Show the logo's colours beside the logo."""
    pixels = np.count_nonzero(logo[..., 3])
    title = ["main_colors(logo):", "of pixels with alpha > 0"]
    column = draw_swatches(title, fastcv.main_colors(logo, COLORS), pixels, "px")
    alpha = logo[..., 3:] / 255
    shown = np.rint(alpha * logo[..., :3] + (1 - alpha) * LIGHT_GREY).astype(np.uint8)
    height = column.shape[0] - 2 * MARGIN
    shown = resize_to_width(shown, round(height * logo.shape[1] / logo.shape[0]))
    picture = make_paper(column.shape[0], shown.shape[1] + 2 * MARGIN)
    put(picture, shown, MARGIN, MARGIN)
    return np.concatenate([picture, column], axis=1)
