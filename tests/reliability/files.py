"""Untrusted files: the command line processes each file, or reports it in one clear line.

Pictures and box files are made from seeds: damaged, truncated, with huge sizes in their headers, in
another format than their suffix says, deeply nested, with values that are not numbers. Most run
through `cli.main` in this process. Some, and paths that are not regular files, run in processes
with little memory.
"""

import contextlib
import io
import json
import os
import resource
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import proof

os.environ["OPENCV_LOG_LEVEL"] = "ERROR"

import cv2
import numpy as np

from bad_inputs import png_of
from fastcv import cli, progress

BATCH = 50  # files per command
MOST_RSS_MIB = 1600  # the bound that docs/command-line.md gives for 8-bit pictures
ADDRESS_SPACE = 4 << 30
TIMEOUT_S = 60

PAGE = proof.made_page(60, 80)
QUADS = proof.made_boxes(3, 60, 80).tolist()


# ---- pictures ----

SUFFIXES = ["png", "jpg", "tiff", "webp", "bmp", "gif", "ppm", "pgm", "jp2", "hdr"]


def picture(rng, suffix):
    """Return a valid picture of a dtype and channel count that its format supports."""
    image = np.ascontiguousarray(PAGE[: rng.integers(32, 60), : rng.integers(32, 80)])
    if suffix in ("png", "tiff") and rng.random() < 0.3:
        image = image.astype(np.uint16) * 255
    if suffix == "hdr":
        image = image.astype(np.float32)
    if suffix == "pgm" or (suffix in ("png", "jpg", "tiff") and rng.random() < 0.2):
        image = image[..., 0].copy()
    return cv2.imencode(f".{suffix}", image)[1].tobytes()


def cut(rng, content):
    return content[: rng.integers(0, len(content))]


def flipped(rng, content):
    """Flip some bits, mostly in the header, which holds sizes and types."""
    damaged = bytearray(content)
    end = len(content) if rng.random() < 0.4 else min(len(content), 64)
    for place in rng.integers(0, end, rng.integers(1, 9)):
        damaged[place] ^= 1 << rng.integers(8)
    return bytes(damaged)


def overwritten(rng, content):
    """Replace a run of bytes by noise or by 0xff bytes."""
    damaged = bytearray(content)
    start = rng.integers(0, len(content))
    length = rng.integers(1, 40)
    piece = rng.bytes(length) if rng.random() < 0.5 else b"\xff" * length
    damaged[start : start + length] = piece
    return bytes(damaged)


def spliced(rng, content):
    """Remove or repeat a part."""
    first, second = np.sort(rng.integers(0, len(content), 2))
    parts = (content[:second], content[first:]) if rng.random() < 0.5 else (
        content[:first], content[second:])  # fmt: skip
    return b"".join(parts)


def huge_side(rng):
    return int(rng.choice([2**15, 65_500, 10**6, 2**24, 2**31 - 1, 2**32 - 1]))


def vast(rng, suffix):
    """Return a small file whose header claims a huge picture."""
    width, height = huge_side(rng), huge_side(rng)
    if suffix in ("ppm", "pgm"):
        kind = b"P6" if suffix == "ppm" else b"P5"
        return b"%s %d %d 255\n" % (kind, width, height) + bytes(100)
    if suffix == "bmp":
        sides = struct.pack("<II", width, height)
        content = picture(rng, "bmp")
        return content[:18] + sides + content[26:]
    if suffix == "gif":
        content = picture(rng, "gif")
        return content[:6] + b"\xff\xff\xff\xff" + content[10:]
    if suffix == "jpg":
        content = picture(rng, "jpg")
        place = content.find(b"\xff\xc0") + 5
        return content[:place] + b"\xff\xdc\xff\xdc" + content[place + 4 :]
    return png_of(width, height, bytes(1000))


def bomb(rng, suffix):
    """Return a PNG of a few kB that claims hundreds of millions of pixels."""
    side = int(rng.integers(12_000, 30_000))
    return png_of(side, side, bytes(5_000_000))


def other_format(rng, suffix):
    """Return a file of another format than its suffix says; valid pictures are still read."""
    other = rng.choice(["npy", "json", "text", "zip", *SUFFIXES])
    return {
        "npy": lambda: saved(PAGE), "json": lambda: json.dumps(QUADS).encode(),
        "text": lambda: b"hello\n" * 50, "zip": lambda: b"PK\x03\x04" + rng.bytes(300),
    }.get(other, lambda: picture(rng, other))()  # fmt: skip


def make_picture(rng):
    """Return (suffix, content) of a picture file."""
    suffix = str(rng.choice(SUFFIXES))
    damage = rng.choice(["none", "cut", "flipped", "overwritten", "spliced", "vast", "other",
                         "noise", "bomb"],
                        p=[0.05, 0.2, 0.3, 0.15, 0.1, 0.1, 0.05, 0.045, 0.005])  # fmt: skip
    if damage in ("vast", "bomb"):
        return suffix, {"vast": vast, "bomb": bomb}[damage](rng, suffix)
    if damage == "other":
        return suffix, other_format(rng, suffix)
    content = picture(rng, suffix)
    if damage == "noise":
        return suffix, content[: rng.integers(0, 12)] + rng.bytes(200)
    damages = {"cut": cut, "flipped": flipped, "overwritten": overwritten, "spliced": spliced}
    return suffix, damages[damage](rng, content) if damage in damages else content


# ---- boxes ----


def saved(array, allow_pickle=False):
    memory = io.BytesIO()
    np.save(memory, array, allow_pickle=allow_pickle)
    return memory.getvalue()


class Unpickled:
    """Ends the process with status 99 when it is unpickled."""

    def __reduce__(self):
        return os._exit, (99,)


NPY = [
    lambda rng: saved(np.array(QUADS)),
    lambda rng: saved(np.asfortranarray(QUADS)),
    lambda rng: saved(np.array(QUADS, ">f4")),
    lambda rng: saved(np.array([Unpickled()], object), allow_pickle=True),
    lambda rng: saved(np.array(QUADS) + 1j),
    lambda rng: saved(np.array(QUADS).astype("U8")),
    lambda rng: saved(np.array(QUADS) > 5),
    lambda rng: saved(np.zeros(3, [("x", "f4"), ("y", "f4")])),
    lambda rng: saved(np.array(QUADS).astype("M8[s]")),
    lambda rng: saved(np.zeros(rng.integers(0, 5, rng.integers(0, 5)))),
    lambda rng: saved(rng.choice([np.nan, np.inf, -0.0, 1e300, 5], (2, 4, 2))),
    lambda rng: headed(f"({2**int(rng.integers(20, 80))}, 4, 2)"),
    lambda rng: headed(f"({-int(rng.integers(1, 9))}, 4, 2)"),
    lambda rng: headed("(1, 4, 2)", str(rng.choice(["'<f4', 'x': 1", "'O'", "'|V9'", "0"]))),
    lambda rng: headed("(" * int(rng.integers(100, 9000))),
    lambda rng: headed("1, 'shape': __import__('os')._exit(99)"),
    lambda rng: b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + bytes(50),
]  # fmt: skip


def headed(shape, dtype="'<f4'"):
    header = f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(64)


WORDS = ["null", "true", "NaN", "-Infinity", "-0", "1e400", "-1e400", '"1"', '"\\ud800"', "{}",
         "[]", "1" * 400, "9" * 5000, "0.1e", "01", '{"x": 1}', "1e-400", "[[]]",
         "\x00"]  # fmt: skip
JSON = [
    lambda rng: json.dumps(QUADS),
    lambda rng: json.dumps({"boxes": QUADS}),
    lambda rng: with_word(rng, json.dumps(QUADS)),
    lambda rng: with_word(rng, json.dumps(QUADS)),
    lambda rng: with_word(rng, json.dumps({"boxes": QUADS, "more": 1})),
    lambda rng: "[" * int(rng.integers(1, 200_000)),
    lambda rng: "[" * 50_000 + "]" * 50_000,
    lambda rng: '{"boxes":' * int(rng.integers(1, 50_000)),
    lambda rng: f'{{"boxes": [], "boxes": {json.dumps(QUADS)}}}',
    lambda rng: f'{{"boxes": {json.dumps(QUADS)}, "boxes": 5}}',
    lambda rng: "[" + "9" * int(rng.integers(1, 3_000_000)) + "]",
    lambda rng: json.dumps(QUADS).encode("utf-16"),
    lambda rng: b"\xef\xbb\xbf" + json.dumps(QUADS).encode(),
    lambda rng: json.dumps(QUADS).encode() + b"\xff\xfe",
    lambda rng: rng.bytes(int(rng.integers(0, 300))),
    lambda rng: str(rng.choice(WORDS)),
    lambda rng: json.dumps([QUADS[0]] * 200 + [[[1, 2]] * 3]),
]


def with_word(rng, text):
    """Replace one number by another word."""
    places = [i for i, c in enumerate(text) if c in "[,"]
    place = int(rng.choice(places)) + 1
    end = min((text.find(c, place) for c in ",]" if text.find(c, place) >= 0), default=len(text))
    return text[:place] + str(rng.choice(WORDS)) + text[end:]


def make_boxes(rng):
    """Return (suffix, content) of a box file."""
    suffix, makers = ("json", JSON) if rng.random() < 0.6 else ("npy", NPY)
    content = makers[rng.integers(len(makers))](rng)
    content = content if isinstance(content, bytes) else content.encode(errors="surrogatepass")
    if content and rng.random() < 0.3:
        damages = [cut, flipped, overwritten, spliced]
        content = damages[rng.integers(4)](rng, content)
    return suffix if rng.random() < 0.95 else str(rng.choice(["json", "npy"])), content


# ---- names ----

NAMES = [
    "{}",
    "{} with blanks",
    "{}\nline",
    "{}\x1b[2J",
    "größe {}",
    "-{}",
    "{}'\"$(x)",
    "{}.tar",
    "..{}",
]


def make_name(rng, number, suffix):
    name = str(rng.choice(NAMES)).format(number) + f".{suffix}"
    return os.fsdecode(b"\xff\xfe" + os.fsencode(name)) if rng.random() < 0.05 else name


# ---- in this process ----


def listen(arguments):
    """Run a command; return its exit status, standard output and standard error."""
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        status = cli.main([str(argument) for argument in arguments])
    return status, out.getvalue(), error.getvalue()


def check_batch(status, out, error, paths, seed):
    """Check that each file was processed, or reported in one line; return how many failed."""
    lines = error.splitlines()
    done = out.splitlines()
    for path in paths:
        shown = progress.show(path)
        complaints = [line for line in lines if line.startswith(f"fastcv: {shown}: ")]
        results = [line for line in done if line.startswith(f"{shown}: ")]
        text = f"seed {seed}: {shown[-200:]}: {complaints} {results[:3]}"
        proof.expect(len(complaints) + (len(results) > 0) == 1, text[:3000])
        for line in complaints:
            reason = line.removeprefix(f"fastcv: {shown}: ")
            proof.expect(1 <= len(reason) <= 600, text[:3000])
    proof.expect(len(lines) <= len(paths), f"seed {seed}: other lines: {lines}")
    proof.expect("Traceback" not in error, f"seed {seed}: {error}")
    proof.expect(status == bool(lines), f"seed {seed}: exit status {status} with {lines}")
    return len(lines)


def write_batch(folder, rng, count, make):
    paths = []
    for number in range(count):
        suffix, content = make(rng)
        path = folder / make_name(rng, number, suffix)
        path.write_bytes(content)
        paths.append(path)
    return paths


def count_pictures(folder, rng, count, seed):
    paths = write_batch(folder, rng, count, make_picture)
    return check_batch(*listen(["colors", "-n", 2, "--", *paths]), paths, seed)


def crop_with_boxes(folder, rng, count, seed):
    """Crop a valid page with each box file, which lies beside the page; return how many failed."""
    pages = []
    content = cv2.imencode(".png", PAGE)[1].tobytes()
    for path in write_batch(folder, rng, count, make_boxes):
        page = path.with_suffix(".png")
        page.write_bytes(content)
        pages.append(page)
    out = folder / "out"
    status, said, error = listen(["crop", "--out", out, "--", *pages])
    failed = check_batch(status, said, error, pages, seed)
    left = [str(path) for path in out.rglob(".fastcv-*")]
    proof.expect(not left, f"seed {seed}: left behind: {left}")
    for path in out.rglob("*.png"):
        whole = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
        proof.expect(whole is not None, f"seed {seed}: {path} is incomplete")
    outside = set(os.listdir(folder)) - {p.name for p in pages} - {"out"}
    boxes = {name for name in outside if name.endswith((".json", ".npy"))}
    proof.expect(outside == boxes, f"seed {seed}: written outside --out: {outside - boxes}")
    return failed


# ---- in processes of their own ----


def run_apart(arguments, stdout=subprocess.PIPE):
    """Run fastcv with little memory and time; return exit status, standard output and error."""

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))

    done = subprocess.run(
        [sys.executable, "-m", "fastcv", *map(str, arguments)],
        stdout=stdout, stderr=subprocess.PIPE, timeout=TIMEOUT_S, preexec_fn=limit,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    return done.returncode, (done.stdout or b"").decode(), done.stderr.decode()


def odd_places(folder):
    """Make and return paths that are not readable regular files."""
    (folder / "a folder.png").mkdir()
    os.mkfifo(folder / "a pipe.png")
    for name, target in (("loop.png", "loop.png"), ("zero.png", "/dev/zero"),
                         ("full.png", "/dev/full"), ("nowhere.png", "none"),
                         ("mem.png", "/proc/self/mem")):  # fmt: skip
        os.symlink(target, folder / name)
    (folder / "empty.png").write_bytes(b"")
    with open(folder / "sparse.png", "wb") as file:
        file.truncate(1 << 40)
    (folder / "secret.png").write_bytes(b"")
    (folder / "secret.png").chmod(0)
    return [folder / "missing.png", folder / ("long" * 1000), *sorted(folder.iterdir())]


def try_apart(rng, folder, seed):
    """Run the same kinds of files in separate processes; return how many files."""
    content = cv2.imencode(".png", PAGE)[1].tobytes()
    (folder / "odd").mkdir()
    paths = odd_places(folder / "odd")
    (folder / "good.png").write_bytes(content)
    good = folder / "good.png"
    status, out, error = run_apart(["colors", "--", *paths, good])
    proof.expect(check_batch(status, out, error, [*paths, good], seed) == len(paths), error)

    (folder / "many").mkdir()
    many = write_batch(folder / "many", rng, BATCH, make_picture)
    bomb_path = folder / "many" / "bomb.png"
    bomb_path.write_bytes(bomb(rng, "png"))
    many.append(bomb_path)
    check_batch(*run_apart(["colors", "--", *many]), many, seed)

    with open("/dev/full", "wb") as full:
        status, _, error = run_apart(["colors", good], stdout=full)
    proof.expect(status == 1 and len(error.splitlines()) == 1, f"{status}: {error}")

    lists = {"lists.json": b"[" + b"[]," * 8_000_000 + b"[]]", "digits.json": b"9" * (1 << 25),
             "deep.json": b"[" * (1 << 25), "pickle.npy": NPY[3](rng)}  # fmt: skip
    pages = []
    for name, boxes in lists.items():
        (folder / name).write_bytes(boxes)
        pages.append((folder / name).with_suffix(".png"))
        pages[-1].write_bytes(content)
    status, out, error = run_apart(["crop", "--out", folder / "out", "--", *pages])
    proof.expect(check_batch(status, out, error, pages, seed) == len(pages), error)
    crops = list((folder / "out").rglob("*.png"))
    proof.expect(not crops, f"crops were written for invalid boxes: {crops}")
    return len(paths) + len(many) + len(pages) + 2


def write_badly(folder, seed):
    """Crop into places that cannot be written; return how many places."""
    page = folder / "page.png"
    page.write_bytes(cv2.imencode(".png", PAGE)[1].tobytes())
    (folder / "page.json").write_text(json.dumps(QUADS))
    (folder / "in the way").write_text("")
    places = [folder / "in the way", folder / "in the way" / "x", Path("/dev/full"),
              Path("/proc/nowhere"), folder / ("long" * 1000)]  # fmt: skip
    for out in places:
        status, said, error = listen(["crop", page, "--out", out])
        proof.expect((status, said, len(error.splitlines())) == (1, "", 1), f"{out}: {error}")
    return len(places)


def prove(count):
    if not sys.platform.startswith("linux"):
        proof.skip("this proof needs Linux")
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 28))
    failed = done = 0
    with tempfile.TemporaryDirectory() as place:
        done += try_apart(np.random.default_rng(0), Path(place), 0)
        done += write_badly(Path(place), 0)
    for seed in proof.progress(range(1, 1 + -(-(count - done) // BATCH)), "files"):
        with tempfile.TemporaryDirectory() as place:
            work = count_pictures if seed % 2 else crop_with_boxes
            failed += work(Path(place), np.random.default_rng(seed), BATCH, seed)
            done += BATCH
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    proof.expect(
        max(own, children) < MOST_RSS_MIB, f"peak memory is {own:.0f} and {children:.0f} MiB"
    )
    return (
        f"{done:,} files: {failed:,} of those made from seeds refused in one line each, the others "
        f"processed; no traceback, no partial output, nothing unpickled; peak memory {own:.0f} MiB "
        f"in this process, {children:.0f} MiB in others"
    )


if __name__ == "__main__":
    proof.main(
        prove,
        promise="untrusted files",
        goal="one clear error line for each bad file, the others processed, bounded memory, no "
        "partial output",
        short=300,
        long=20_000,
        unit="files",
    )
