"""Which words share a batch, and how wide everything is: the plan against the projects' loops."""

from dataclasses import replace

import numpy as np
import pytest

import reference_batches
from conftest import ROOT
from fastcv import INPUTS, RecognizerInput
from fastcv.batch_plan import plan_batches

NAMES = list(INPUTS)


def random_shapes(rng, n):
    """Words as on pages, with ties of their ratios, and extremes."""
    shapes = np.stack([rng.integers(8, 120, n), rng.integers(8, 900, n)], axis=1)
    shapes[: n // 8] = rng.integers(1, 6, (n // 8, 2))
    shapes[n // 8 : n // 4] = shapes[n // 4]
    shapes[-2:] = [[1, 5000], [3000, 1]]
    return rng.permutation(shapes)


def crops_of(shapes):
    """Crops of these shapes that take no memory."""
    return [np.broadcast_to(np.uint8(0), (*shape, 3)) for shape in shapes.tolist()]


def check(shapes, rules, word_order=None):
    plan = plan_batches(shapes, rules, word_order)
    crops, end = crops_of(shapes), 0
    members = list(reference_batches.batch_members(rules, crops, word_order))
    assert len(plan.ends) == len(plan.widths) == len(plan.max_ratios) == len(members)
    for k, (indices, limits, width) in enumerate(members):
        start, end = end, plan.ends[k]
        assert plan.order[start:end].tolist() == indices
        assert plan.widths[k] == width
        words = [crops[i] for i in indices]
        sizes = [
            reference_batches.resized_size(rules, word, limit)
            for word, limit in zip(words, limits, strict=True)
        ]
        assert plan.sizes[start:end].tolist() == [list(size) for size in sizes]
        ratios = [reference_batches.ratio(word) for word in words]
        assert plan.ratios[start:end].tolist() == ratios
        assert plan.max_ratios[k] == max([*ratios, (rules.min_width or 0) / rules.height])
    assert end == len(plan.order) == len(plan.sizes) == len(plan.ratios)


@pytest.mark.parametrize("name", NAMES)
def test_plans_are_those_of_the_projects(name, rng):
    for n in (1, 5, 6, 7, 200):
        check(random_shapes(rng, max(n, 8))[:n], INPUTS[name])


@pytest.mark.parametrize("name", NAMES)
def test_the_oracle_of_any_input_is_the_projects_loop(name, rng):
    """So the bytes of both oracles are the same, too."""
    shapes = np.minimum(random_shapes(rng, 24), 2000)
    shapes[:, 1] = np.minimum(shapes[:, 1], 30 * shapes[:, 0])
    crops = [rng.integers(0, 256, (*shape, 3), np.uint8) for shape in shapes.tolist()]
    expected = reference_batches.PROJECTS[name](crops)
    found = list(reference_batches.batches(crops, INPUTS[name]))
    assert len(found) == len(expected)
    for (tensor, indices, *_), (wanted, wanted_indices) in zip(found, expected, strict=True):
        assert indices.tolist() == list(wanted_indices)
        assert tensor.tobytes() == wanted.tobytes()
        assert tensor.shape == wanted.shape


RULES = {
    "height": [1, 32, 48, 64],
    "min_width": [None, 100, 320],
    "max_width": [None, 100, 320, 1000],
    "width_multiple": [1, 8, 32],
    "width_rounding": ["floor", "ceil", "word"],
    "width_by": ["batch", "word", "call"],
    "fit": ["height", "stretch", "contain"],
    "word_rounding": ["ceil", "floor", "ceil_scaled"],
    "word_min_width": [1, 16, 32],
    "word_multiple": [1, 4, 16],
    "buckets": [None, 32, (32, 64, 128, 300)],
    "batch_size": [1, 6, 64],
    "sort": ["quicksort", "stable", None],
}


def random_rules(rng):
    while True:
        fields = {name: values[rng.integers(len(values))] for name, values in RULES.items()}
        try:
            return RecognizerInput(**fields)
        except ValueError:  # fields that exclude each other
            continue


def test_plans_of_random_rules(rng):
    for _ in range(150):
        check(random_shapes(rng, 40), random_rules(rng))


def test_ties_of_the_ratio_are_in_numpys_order(rng):
    """RapidOCR's sort is not stable, so its order of ties is whatever that call gives."""
    shapes = np.tile([[32, 64], [16, 32], [48, 96], [20, 100]], (100, 1))
    order = np.argsort(shapes[:, 1] / shapes[:, 0])
    assert plan_batches(shapes, INPUTS["rapidocr"]).order.tolist() == order.tolist()
    stable = np.argsort(shapes[:, 1] / shapes[:, 0], kind="stable")
    assert plan_batches(shapes, INPUTS["paddlex"]).order.tolist() == stable.tolist()


def test_skipped_words_are_in_no_batch(rng):
    shapes = random_shapes(rng, 50)
    shapes[::7] = 0
    for rules in (INPUTS["rapidocr"], INPUTS["paddlex"], random_rules(rng)):
        check(shapes, rules)
        check(shapes, rules, rng.permutation(50))
        check(np.zeros((3, 2), np.intp), rules)


def test_no_words_have_no_batches():
    for rules in (*INPUTS.values(), RecognizerInput(buckets=32), RecognizerInput(buckets=(9,))):
        check(np.zeros((0, 2), np.intp), rules)


def test_a_callers_order_is_kept(rng):
    for name in ("rapidocr", "mmocr_crnn"):
        check(random_shapes(rng, 40), INPUTS[name], rng.permutation(40))


def test_buckets_are_never_mixed(rng):
    shapes = random_shapes(rng, 300)
    rules = replace(INPUTS["rapidocr"], min_width=None, buckets=32, batch_size=64)
    plan = plan_batches(shapes, rules)
    assert (plan.widths % 32 == 0).all()
    assert (np.diff(plan.widths) >= 0).all()
    own = np.ceil(np.maximum(np.floor(48 * plan.ratios), 1) / 32) * 32
    assert np.array_equal(np.repeat(plan.widths, np.diff(plan.ends, prepend=0)), own)
    assert np.diff(plan.ends, prepend=0).max() <= 64


def test_the_shipped_page_pads_as_the_docs_say(page_boxes):
    """The table in docs/batches.md: share of padding, MB, shapes, batches."""
    edges = np.linalg.norm(page_boxes - np.roll(page_boxes, -1, axis=1), axis=2)
    widths = edges[:, [0, 2]].max(axis=1).astype(np.intp)
    heights = edges[:, [1, 3]].max(axis=1).astype(np.intp)
    shapes = np.stack([heights, widths], axis=1)
    is_tall = heights / widths >= 1.5
    shapes[is_tall] = shapes[is_tall, ::-1]
    table = (ROOT / "docs/batches.md").read_text()
    for fields, shown in (
        ({}, "as it is"),
        ({"min_width": None}, "`min_width=None`"),
        ({"min_width": None, "width_multiple": 32}, "`min_width=None, width_multiple=32`"),
        (
            {"min_width": None, "buckets": 32, "batch_size": 64},
            "`min_width=None, buckets=32, batch_size=64`",
        ),
    ):
        plan = plan_batches(shapes, replace(INPUTS["rapidocr"], **fields))
        columns = (plan.widths * np.diff(plan.ends, prepend=0)).sum()
        padding = 100 * (1 - plan.sizes[:, 1].sum() / columns)
        size = columns * 48 * 3 * 4 / 1e6
        row = f"{padding:.1f} % | {size:.0f} | {len(set(plan.widths))} | {len(plan.ends)}"
        assert f"| {shown} | {row} |" in table
