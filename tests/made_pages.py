"""Pictures with an orientation, TIFF files of several pages, and PDF files, made byte by byte."""

import struct
import zlib

import cv2
import numpy as np


def blocks(rng, channels=3, dtype=np.uint8, height=24, width=40):
    """A picture of blocks of 8 px, which lossy formats keep well enough to tell how it lies."""
    shape = (height // 8, width // 8, channels)
    small = rng.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)
    image = small.repeat(8, 0).repeat(8, 1)
    return image[:, :, 0] if channels == 1 else image


def turned(image, orientation):
    """The picture upright, by EXIF's words: where the first row and the first column belong."""
    return {
        1: lambda: image,
        2: lambda: image[:, ::-1],
        3: lambda: image[::-1, ::-1],
        4: lambda: image[::-1],
        5: lambda: image.swapaxes(0, 1),
        6: lambda: np.rot90(image, -1),
        7: lambda: image[::-1, ::-1].swapaxes(0, 1),
        8: lambda: np.rot90(image),
    }[orientation]()


def exif(orientation, order="<", before=()):
    """A block of EXIF. `before` are entries that come before the orientation."""
    entries = [*before, struct.pack(f"{order}HHIHH", 0x112, 3, 1, orientation, 0)]
    head = {"<": b"II", ">": b"MM"}[order] + struct.pack(f"{order}HI", 42, 8)
    return head + struct.pack(f"{order}H", len(entries)) + b"".join(entries) + bytes(4)


def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg_with(image, *segments):
    content = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 100])[1].tobytes()
    return content[:2] + b"".join(segments) + content[2:]


def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_with(image, before=b"", after=b""):
    content = cv2.imencode(".png", image)[1].tobytes()
    end = content.rindex(b"IEND") - 4
    return content[:33] + before + content[33:end] + after + content[end:]


def webp_with(image, block, flags=8, first=False):
    content = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, 101])[1].tobytes()
    assert content[12:16] == b"VP8L"
    height, width = image.shape[:2]
    has_alpha = 16 if image.shape[2] == 4 else 0
    extended = bytes([flags | has_alpha, 0, 0, 0])
    extended += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    picture, more = content[12:], riff_chunk(b"EXIF", block)
    body = b"WEBP" + riff_chunk(b"VP8X", extended)
    body += more + picture if first else picture + more
    return b"RIFF" + struct.pack("<I", len(body)) + body


def riff_chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def tiff(images, orientation=1, order="<", big=False):
    """An uncompressed TIFF of pages: grey or RGB, 8 or 16 bits, chained in their order."""
    place, count = (f"{order}Q", f"{order}Q") if big else (f"{order}I", f"{order}H")
    entry = f"{order}HHQQ" if big else f"{order}HHII"
    head = {"<": b"II", ">": b"MM"}[order]
    head += struct.pack(f"{order}HHH", 43, 8, 0) if big else struct.pack(f"{order}H", 42)
    content = bytearray(head + struct.pack(place, 0))
    link = len(head)
    for image in images:
        pixels = image if image.ndim == 2 else image[:, :, ::-1]
        pixels = np.ascontiguousarray(pixels.astype(image.dtype.newbyteorder(order)))
        channels = 1 if image.ndim == 2 else image.shape[2]
        data, bits = len(content), 8 * image.itemsize
        content += pixels.tobytes()
        many = len(content)  # the bits of each channel, if they do not fit into the entry
        content += struct.pack(f"{order}H", bits) * channels + bytes(-2 * channels % 4)
        values = [
            (256, 4, image.shape[1]), (257, 4, image.shape[0]), (258, 3, bits, channels, many),
            (259, 3, 1), (262, 3, 1 if channels == 1 else 2), (273, 4, data),
            (274, 3, orientation), (277, 3, channels), (278, 4, image.shape[0]),
            (279, 4, pixels.nbytes),
        ]  # fmt: skip
        struct.pack_into(place, content, link, len(content))
        content += struct.pack(count, len(values))
        for tag, kind, value, *several in values:
            kind = 16 if big and kind == 4 else kind  # as wide as the entry
            number, where = several if several else (1, value)
            fits = struct.calcsize(place) // 2 >= number
            if kind == 3 and (number == 1 or fits):
                packed = struct.pack(f"{order}H", value) * number
                packed = packed.ljust(struct.calcsize(place), b"\0")
            else:
                packed = struct.pack(place, where)
            content += struct.pack(entry[:-1], tag, kind, number) + packed
        link = len(content)
        content += struct.pack(place, 0)
    return bytes(content)


def pdf(pages, more="", trailer=""):
    """A PDF of pages: (width, height, what is drawn, more keys)."""
    kids = " ".join(f"{3 + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {more} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
    ]
    for index, (width, height, drawn, keys) in enumerate(pages):
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] "
            f"/Contents {4 + 2 * index} 0 R {keys} >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    content, places = "%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{each}\nendobj\n"
    start = len(content)
    content += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    content += "".join(f"{place:010} 00000 n \n" for place in places)
    content += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\n"
    return f"{content}startxref\n{start}\n%%EOF\n".encode()
