"""One reader for the library and the command line, and what decoders print while it works."""

import gc
import os
import re
import struct
import subprocess
import sys
import threading
import time
import zlib

import cv2
import numpy as np
import pytest

import fastcv
from conftest import ROOT, run_python
from fastcv import cli, listener
from shell import forget_settings

EXTRACT = [fastcv.extract_main_colors, fastcv.extract_main_colors_openmp]
PART = cv2.imread(str(ROOT / "data/page.jpg"))[1000:1400, 400:1000]
JPEG = cv2.imencode(".jpg", PART)[1].tobytes()


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    forget_settings(monkeypatch)
    monkeypatch.chdir(tmp_path)


def damaged_jpeg(kind):
    middle = len(JPEG) // 2
    return {
        "cut": JPEG[:middle],
        "cut, with its end": JPEG[:middle] + b"\xff\xd9",
        "noise": JPEG[:middle] + np.random.default_rng(1).bytes(999).replace(b"\xff", b"")
        + JPEG[middle + 999 :],
        "a part is missing": JPEG[:middle] + JPEG[middle + 5000 :],
        "progressive": cut_progressive(),
    }[kind]  # fmt: skip


def cut_progressive():
    content = cv2.imencode(".jpg", PART, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    return content[: len(content) // 2] + b"\xff\xd9"


def damaged_tiff():
    image = np.random.default_rng(2).integers(0, 256, (100, 120, 3), np.uint8)
    content = bytearray(cv2.imencode(".tiff", image)[1])
    middle = len(content) // 2
    content[middle : middle + 64] = b"\xff" * 64
    return bytes(content)


DAMAGED = {
    **{
        f"{kind}.jpg": damaged_jpeg(kind)
        for kind in ("cut", "cut, with its end", "noise", "a part is missing", "progressive")
    },
    "torn.tiff": damaged_tiff(),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_the_library_and_the_command_line_refuse_the_same_files(tmp_path, capfd, name):
    (tmp_path / name).write_bytes(DAMAGED[name])
    reasons = set()
    for extract in EXTRACT:
        with pytest.raises(ValueError, match=re.escape(name)) as caught:
            extract(tmp_path / name)
        reasons.add(str(caught.value).removeprefix(f"{extract.__name__}: ").rpartition(": ")[0])
    assert capfd.readouterr().err == ""
    assert cli.main(["colors", name]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    reasons.add(line.removeprefix(f"fastcv: {name}: "))
    assert len(reasons) == 1, reasons


@pytest.mark.parametrize("level", ["SILENT", "FATAL", "WARNING", None])
def test_the_level_of_opencvs_log_does_not_matter(tmp_path, level):
    (tmp_path / "torn.tiff").write_bytes(DAMAGED["torn.tiff"])
    code = """
        import cv2, fastcv
        before = cv2.utils.logging.getLogLevel()
        try:
            fastcv.extract_main_colors("torn.tiff")
        except ValueError as error:
            print("refused:", error)
        assert cv2.utils.logging.getLogLevel() == before
    """
    setting = {} if level is None else {"OPENCV_LOG_LEVEL": level}
    assert run_python(code, **setting).startswith("refused: extract_main_colors: a damaged image")


def test_a_sound_jpeg_with_a_warning_is_read(tmp_path, capfd):
    place = JPEG.index(b"JFIF\0") + 5
    odd = JPEG[:place] + b"\x09" + JPEG[place + 1 :]
    (tmp_path / "odd.jpg").write_bytes(odd)
    (tmp_path / "sound.jpg").write_bytes(JPEG)
    expected = fastcv.extract_main_colors("sound.jpg")
    np.testing.assert_array_equal(fastcv.extract_main_colors("odd.jpg"), expected)
    assert capfd.readouterr().err == ""


# ---- standard error while a decoder works ----


@pytest.fixture
def slow_decoder(monkeypatch):
    """A decoder that works until the test lets it go on."""
    started, go_on = threading.Event(), threading.Event()
    decode = cv2.imdecode

    def decode_slowly(content, flags):
        started.set()
        assert go_on.wait(30)
        return decode(content, flags)

    monkeypatch.setattr(cv2, "imdecode", decode_slowly)
    return started, go_on


def test_what_other_threads_print_meanwhile_is_not_lost(tmp_path, capfd, slow_decoder):
    (tmp_path / "cut.jpg").write_bytes(DAMAGED["cut, with its end.jpg"])
    started, go_on = slow_decoder
    errors = []

    def read():
        try:
            fastcv.extract_main_colors("cut.jpg")
        except ValueError as error:
            errors.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    assert started.wait(30)
    lines = [f"line {index}: " + "x" * 1000 + "\n" for index in range(500)]  # more than a pipe
    for line in lines:
        os.write(2, line.encode())
    os.write(2, b"no end of line")
    go_on.set()
    thread.join()
    assert len(errors) == 1
    assert capfd.readouterr().err == "".join(lines) + "no end of line"


def test_a_child_process_that_starts_meanwhile_keeps_its_error(tmp_path, capfd, slow_decoder):
    (tmp_path / "page.jpg").write_bytes(JPEG)
    started, go_on = slow_decoder
    thread = threading.Thread(target=fastcv.extract_main_colors, args=("page.jpg",))
    thread.start()
    assert started.wait(30)
    code = "import sys; sys.stderr.write('early\\n'); sys.stdin.read(); sys.stderr.write('late\\n')"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    go_on.set()
    thread.join(30)
    assert not thread.is_alive()  # it does not wait for the child
    child.communicate(b"", timeout=30)
    deadline = time.monotonic() + 30
    shown = ""
    while "late" not in shown and time.monotonic() < deadline:
        shown += capfd.readouterr().err
    assert shown == "early\nlate\n"


def test_another_threads_complaint_is_not_this_files(tmp_path, capfd, monkeypatch):
    (tmp_path / "page.jpg").write_bytes(JPEG)
    decode, calls = cv2.imdecode, []

    def decode_beside_another(content, flags):
        calls.append(flags)
        if len(calls) == 1:
            os.write(2, b"Corrupt JPEG data: premature end of data segment\n")
        return decode(content, flags)

    monkeypatch.setattr(cv2, "imdecode", decode_beside_another)
    assert fastcv.extract_main_colors("page.jpg").shape == (384, 512, 3)
    assert len(calls) == 2
    assert capfd.readouterr().err == "Corrupt JPEG data: premature end of data segment\n"


def test_many_threads_read_at_once(tmp_path, capfd):
    (tmp_path / "cut.jpg").write_bytes(DAMAGED["cut, with its end.jpg"])
    (tmp_path / "page.jpg").write_bytes(JPEG)
    expected = fastcv.extract_main_colors("page.jpg")
    wrong = []

    def work(number):
        for _ in range(5):
            try:
                panel = fastcv.extract_main_colors(["page.jpg", "cut.jpg"][number % 2])
                if number % 2 or not np.array_equal(panel, expected):
                    wrong.append(number)
            except ValueError:
                if not number % 2:
                    wrong.append(number)

    gc.collect()  # what earlier tests left behind
    earlier = set(threading.enumerate())
    before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert capfd.readouterr().err == ""
    for thread in set(threading.enumerate()) - earlier:  # listeners close their files last
        thread.join(10)
        assert not thread.is_alive()
    if before:
        assert len(os.listdir("/proc/self/fd")) <= len(before)


@pytest.mark.rest
@pytest.mark.alone
def test_a_fork_waits_for_the_decoder(tmp_path):
    (tmp_path / "page.jpg").write_bytes(JPEG)
    code = """
        import os, threading, warnings
        import cv2, fastcv
        warnings.simplefilter("ignore")
        stop = threading.Event()
        def read():
            while not stop.is_set():
                fastcv.extract_main_colors("page.jpg")
        thread = threading.Thread(target=read)
        thread.start()
        for _ in range(20):
            child = os.fork()
            if child == 0:
                fastcv.extract_main_colors("page.jpg")
                os.write(2, b"child\\n")
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        stop.set()
        thread.join()
    """
    assert run_python(code) == ""


@pytest.mark.parametrize("closed", [[2], [0, 2], [0, 1, 2]], ids=str)
def test_a_process_without_standard_error(tmp_path, closed):
    (tmp_path / "page.jpg").write_bytes(JPEG)
    (tmp_path / "cut.jpg").write_bytes(DAMAGED["cut, with its end.jpg"])
    code = f"""
        import os, fastcv
        for descriptor in {closed}:
            os.close(descriptor)
        panel = fastcv.extract_main_colors("page.jpg")
        try:
            fastcv.extract_main_colors("cut.jpg")
        except ValueError as error:
            reason = str(error)
        for descriptor in {closed}:
            try:
                os.fstat(descriptor)
                reason = "open again"
            except OSError:
                pass
        with open("result", "w") as file:
            print(panel.shape, reason, file=file)
    """
    run_python(code)
    result = (tmp_path / "result").read_text()
    assert result.startswith("(384, 512, 3) extract_main_colors: a damaged image: ")


def test_no_more_threads_is_an_os_error(tmp_path, monkeypatch):
    (tmp_path / "page.jpg").write_bytes(JPEG)

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(listener.threading.Thread, "start", refuse)
    with pytest.raises(OSError, match="can't start new thread"):
        fastcv.extract_main_colors("page.jpg")
    monkeypatch.undo()
    assert fastcv.extract_main_colors(tmp_path / "page.jpg").shape == (384, 512, 3)


def test_a_profile_that_libpng_warns_of_is_read_without_a_word(tmp_path, capfd):
    content = cv2.imencode(".png", np.zeros((9, 9, 3), np.uint8))[1].tobytes()
    gamma = b"gAMA" + bytes(4)
    chunk = bytes([0, 0, 0, 4]) + gamma + struct.pack(">I", zlib.crc32(gamma))
    (tmp_path / "warned.png").write_bytes(content[:33] + chunk + content[33:])
    assert fastcv.extract_main_colors("warned.png").shape == (64, 512, 3)
    assert capfd.readouterr().err == ""
