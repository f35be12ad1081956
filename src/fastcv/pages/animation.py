"""How many frames a picture has: GIF, APNG, animated WebP and AVIF."""

from __future__ import annotations

import struct

from .chunks import PNG, count_chunks, find_chunk, is_webp, png_chunks, webp_chunks

_ANIMATED = 2
"""The flag of an animation in a WebP's first chunk."""


_MOST_BLOCKS = 1 << 22
"""A GIF of 1 GiB whose blocks are full. Python walks along so many in a second."""


def count_frames(content: bytes) -> int:
    """Count the frames of a picture, at least 1. Of a damaged one, those that can be counted."""
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return max(_count_in_gif(content), 1)
    if content[:8] == PNG:
        control = find_chunk(png_chunks(content, b"acTL"), b"acTL")
        return max(struct.unpack(">I", control[:4])[0], 1) if len(control) == 8 else 1
    if is_webp(content):
        is_animated = content[20:21] and content[20] & _ANIMATED
        return max(count_chunks(webp_chunks(content, b""), b"ANMF"), 1) if is_animated else 1
    if content[4:8] == b"ftyp" and b"avis" in content[8 : int.from_bytes(content[:4], "big")]:
        return max(_count_in_avif(content), 1)
    return 1


def _count_in_gif(content: bytes) -> int:
    """Count the image descriptors (GIF89a, appendix B)."""
    frames = blocks = 0
    place = 13 + _color_table_bytes(content[10:11])
    while place < len(content) and blocks < _MOST_BLOCKS:
        kind = content[place]
        if kind == 0x21:  # an extension, and its label
            place += 2
        elif kind == 0x2C:
            frames += 1
            place += 10 + _color_table_bytes(content[place + 9 : place + 10]) + 1
        else:  # the end
            break
        while place < len(content) and blocks < _MOST_BLOCKS:
            size = content[place]
            place += 1 + size
            blocks += 1
            if not size:  # the last one
                break
    return frames


def _color_table_bytes(flags: bytes) -> int:
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _count_in_avif(content: bytes) -> int:
    """Read how many samples the first track has (ISO/IEC 14496-12, stsz)."""
    place = content.find(b"stsz") + 12
    return int.from_bytes(content[place : place + 4], "big") if place >= 16 else 1
