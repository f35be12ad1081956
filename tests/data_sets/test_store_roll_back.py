"""A store goes back to any state that it has returned, whatever was written after it."""

import errno
import json
import shutil
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

from conftest import ROOT
from fastcv.datasets.stores import STORES, Options
from fastcv.datasets.stores.base import GrowingFile
from fastcv.outputs import Guard
from made_crops import FREE, contents_of, open_store, page_of, write

SMALL = Options(Guard(frozenset(), overwrite=False), shard_bytes=30_000)
every_store = pytest.mark.parametrize("kind", STORES)


@pytest.fixture
def pages(rng):
    """With a page of no crops, and two in one folder."""
    counts = [7, 0, 12, 1, 30, 9]
    return [page_of(rng, f"scans/{index % 2}/p.{index}", count)
            for index, count in enumerate(counts)]  # fmt: skip


@every_store
def test_every_state_can_be_gone_back_to(tmp_path, pages, kind):
    """Commit after each page. Then go on from each of the states to the same end."""
    folder = tmp_path / "out"
    store = open_store(kind, folder, options=SMALL)
    states = [store.commit()]
    contents = [contents_of(folder)]
    for page in pages:
        assert not store.pending()
        store.add(page)
        assert store.pending()
        states.append(store.commit())
        contents.append(contents_of(folder))
    store.close()
    assert contents_of(folder) == contents[-1]
    assert json.loads(json.dumps(states)) == states
    for done, state in enumerate(states):
        copy = tmp_path / f"copy{done}"
        shutil.copytree(folder, copy)
        store = open_store(kind, copy, state, SMALL)
        assert contents_of(copy) == contents[done]
        for page in pages[done:]:
            store.add(page)
            last = store.commit()
        store.close()
        assert contents_of(copy) == contents[-1]
        assert done == len(pages) or last == states[-1]


@every_store
def test_what_was_never_committed_goes(tmp_path, pages, kind):
    folder = tmp_path / "out"
    store = open_store(kind, folder)
    store.add(pages[0])
    state = store.commit()
    before = contents_of(folder)
    for page in pages[1:]:
        store.add(page)
    shutil.copytree(folder, tmp_path / "killed")
    store.close()
    for each in (folder, tmp_path / "killed"):
        again = open_store(kind, each, state)
        assert contents_of(each) == before
        again.close()
        assert contents_of(each) == before


LINE = b'{"file": "scans/0/p.2/p.2_0000.png", "pag'
TORN = {
    "folder": {"labels.jsonl": LINE, "rec_gt.txt": b"sc", ".fastcv-new/page/a_0000.png": b"torn"},
    "webdataset": {
        "labels.jsonl": LINE,
        "crops-000001.tar": b"torn",
        "crops-000007.tar": b"",
        ".fastcv-new/crops-000001.tar": b"torn",
    },
    "lmdb": {"labels.jsonl": LINE},
    "parquet": {
        "labels.jsonl": LINE + b"\n" + LINE,
        "crops-000001.parquet": b"PAR1",
        ".fastcv-new/crops-000001.parquet": b"",
    },
}


@every_store
def test_torn_files_go(tmp_path, pages, kind):
    folder = tmp_path / "out"
    state = write(kind, folder, pages[:1])
    before = contents_of(folder)
    for name, content in TORN[kind].items():
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        with path.open("ab") as file:
            file.write(content)
    assert contents_of(folder) != before
    open_store(kind, folder, state).close()
    assert contents_of(folder) == before


@pytest.mark.parametrize("kind", ["webdataset", "parquet"])
def test_other_peoples_files_stay(tmp_path, pages, kind):
    folder = tmp_path / "out"
    state = write(kind, folder, pages[:1])
    kept = ["crops-1.tar", "crops-000009.txt", "notes.txt", "xcrops-000001.parquet"]
    for name in kept:
        (folder / name).write_text("mine")
    open_store(kind, folder, state).close()
    assert [(folder / name).read_text() for name in kept] == ["mine"] * len(kept)


@every_store
def test_a_data_set_that_has_lost_files_is_not_gone_on_with(tmp_path, pages, kind):
    state = write(kind, tmp_path / "out", pages)
    for path in [path for path in (tmp_path / "out").iterdir() if path.is_file()]:
        if path.name == "lock.mdb":
            continue
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(ValueError, match=f"{path.name} is not as it was left"):
            open_store(kind, tmp_path / "out", state)
        path.write_bytes(content)
    (tmp_path / "out/labels.jsonl").write_bytes(b"short")
    with pytest.raises(ValueError, match=r"labels\.jsonl is not as it was left"):
        open_store(kind, tmp_path / "out", state)


RUN = """
    import json, pathlib, sys
    import numpy as np
    sys.path.insert(0, {tests!r})
    from made_crops import open_store, page_of
    from test_store_roll_back import SMALL

    folder, ledger = pathlib.Path({folder!r}), pathlib.Path({folder!r} + ".ledger")
    lines = ledger.read_text().split("\\n")[:-1] if ledger.exists() else []
    done, state = json.loads(lines[-1]) if lines else (0, None)
    store = open_store({kind!r}, folder, state, SMALL)
    with ledger.open("a") as file:
        def commit():
            file.write(json.dumps([done, store.commit()]) + "\\n")
            file.flush()
        if not lines:
            commit()
        for done in range(done + 1, 61):
            store.add(page_of(np.random.default_rng(done), f"p{{done}}", 10))
            if store.full() or {kind!r} in ("folder", "lmdb") and done % 5 == 0:
                commit()
        commit()
    store.close()
"""


@every_store
@pytest.mark.rest
@pytest.mark.own_process
def test_killed_again_and_again(tmp_path, rng, kind):
    """A run that is killed at random moments ends with what an undisturbed one writes."""

    def start(name):
        code = textwrap.dedent(RUN).format(
            tests=str(ROOT / "tests"), kind=kind, folder=str(tmp_path / name)
        )
        return subprocess.Popen(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": str(ROOT / "tests/data_sets"), "PATH": ""},
        )

    assert start("whole").wait(60) == 0
    ledger, kills = tmp_path / "killed.ledger", 0
    for _ in range(20):
        begun = ledger.stat().st_size if ledger.exists() else 0
        enough = begun + rng.integers(1, 400)  # an entry has about 50 bytes
        process = start("killed")
        while process.poll() is None:
            if ledger.exists() and ledger.stat().st_size > enough:
                process.kill()
                break
            time.sleep(0.001)
        if process.wait(60) == 0:
            break
        kills += 1
    assert process.returncode == 0
    assert kills >= 2
    assert contents_of(tmp_path / "killed") == contents_of(tmp_path / "whole")


FULL = """
    import json, pathlib, resource, sys
    import numpy as np
    sys.path.insert(0, {tests!r})
    from made_crops import FREE, open_store, page_of

    store = open_store({kind!r}, pathlib.Path({folder!r}))
    store.add(page_of(np.random.default_rng(0), "small", 3))
    state = store.commit()
    big = page_of(np.random.default_rng(1), "big", 300)
    resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
    try:
        store.add(big)
        store.commit()
    except OSError as error:
        print(json.dumps([state, error.errno, error.filename]))
    store.close()
"""


@every_store
@pytest.mark.own_process
@pytest.mark.parametrize(
    "share", [0.01, *(pytest.param(share, marks=pytest.mark.rest) for share in (0.1, 0.5)), 0.9]
)
def test_a_full_disk(tmp_path, kind, share):
    """The size of files is limited, at another place each time."""
    pages = [page_of(np.random.default_rng(n), name, boxes)
             for n, name, boxes in [(0, "small", 3), (1, "big", 300)]]  # fmt: skip
    write(kind, tmp_path / "whole", pages)
    most = max(path.stat().st_size for path in (tmp_path / "whole").rglob("*") if path.is_file())
    code = textwrap.dedent(FULL).format(
        tests=str(ROOT / "tests"), kind=kind, folder=str(tmp_path / "out"),
        limit=int(most * share),
    )  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    state, number, file = json.loads(done.stdout)
    assert number in (errno.EFBIG, errno.EIO)
    assert file.startswith(f"{tmp_path}/out/")
    assert ".fastcv-new" not in file
    assert not (tmp_path / "out/.fastcv-new").exists()
    store = open_store(kind, tmp_path / "out", state)
    store.add(pages[1])
    store.commit()
    store.close()
    write(kind, tmp_path / "other", [])
    other = open_store(kind, tmp_path / "again")
    for page in pages:
        other.add(page)
        other.commit()
    other.close()
    assert contents_of(tmp_path / "out") == contents_of(tmp_path / "again")


@pytest.mark.parametrize("kind", sorted(set(STORES) - {"folder"}))
def test_killed_before_the_labels_of_a_commit(tmp_path, pages, kind, monkeypatch):
    """The shard has its name by then, and the database its records."""
    folder = tmp_path / "out"
    store = open_store(kind, folder)
    store.add(pages[0])
    state = store.commit()
    before = contents_of(folder)
    store.add(pages[2])
    monkeypatch.setattr(GrowingFile, "append", stop)
    monkeypatch.setattr(GrowingFile, "sync", stop)
    with pytest.raises(KeyboardInterrupt):
        store.commit()
    monkeypatch.undo()
    assert contents_of(folder) != before
    store.close()
    open_store(kind, folder, state).close()
    assert contents_of(folder) == before


def stop(*arguments):
    raise KeyboardInterrupt


@every_store
def test_a_page_that_cannot_be_added_leaves_the_store_as_it_was(tmp_path, pages, kind, rng):
    bad = page_of(rng, "bad", 5, texts=["fine", "half of a pair: \ud800"])
    store = open_store(kind, tmp_path / "out", options=FREE)
    store.add(pages[0])
    with pytest.raises(ValueError, match=r"^the text of boxes\[1\] is not Unicode: 'half of a"):
        store.add(bad)
    store.add(pages[2])
    store.commit()
    store.close()
    write(kind, tmp_path / "other", [pages[0], pages[2]])
    assert contents_of(tmp_path / "out") == contents_of(tmp_path / "other")
