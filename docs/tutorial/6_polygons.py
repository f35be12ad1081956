# %% [markdown]
# ## 10. Polygons: objects, arrays, an index
#
# The article's task takes a list of polygons and a list of points. For each point, it asks for the
# smallest polygon whose centre is nearer than `max_dist`. The article's first version is what
# anybody would write. Where does its time go? A flame graph shows whole call stacks, down into
# NumPy's C code. Each frame stands below its caller, and its width is its share of the time.

# %%
import flame
from IPython.display import SVG, display

graph = os.path.abspath("out/flame.svg")
os.makedirs("out", exist_ok=True)
problem = "test runs skip it" if lesson.SMALL else flame.record(flame.Path(graph), calls=4)
if problem:
    tell(f"(This flame graph was saved earlier. py-spy did not record one here: {problem}.)")
display(SVG(filename=str(flame.SAVED) if problem else graph))

# %% [markdown]
# The widest frame is `find_close`. Inside it, `np.linalg.norm` and the subtraction before it take
# the time: a hundred thousand calls of functions made for large arrays, each on two numbers. The
# other wide frame is `area`, which every comparison computes again. Version 1.5 avoids NumPy for
# two numbers and computes every area once. Version 2 measures the distances to all polygons in one
# NumPy call per point. An index looks only where a polygon can be.

# %%
import polygons as ways_of_polygons
from polygon_ways import make_article_example, make_large_example

shapes, points = make_article_example()
shapes, points = shapes[: pick(1000, 60)], points[: pick(100, 5)]
areas = fastcv.PolygonIndex(shapes).areas


def same_areas(left, right):
    chosen = [ways_of_polygons.chosen_areas(areas, len(points), x) for x in (left, right)]
    return int(np.isclose(*chosen, equal_nan=True).sum()), len(points)


ladder = compare(
    f"{len(points)} points, {len(shapes):,} objects",
    ways_of_polygons.object_ways(shapes, points, 10.0),
    units=len(points), unit="point", items="points", repeat=3, count=same_areas,
)  # fmt: skip
v1, best = "v1: objects, a loop a point", "match_polygons of objects"
tell(ladder.faster(best, than=v1) + ". All areas of this example are equal except for rounding, so the "
     "check compares the areas of the chosen polygons.")  # fmt: skip

# %% [markdown]
# Most of the remaining time goes into reading a thousand Python objects. The next cell passes
# arrays, prepares the index once, and takes more polygons:

# %%
shapes, points = make_large_example(pick(20_000, 300), pick(4000, 50), pick(1000, 120))
areas = fastcv.PolygonIndex(shapes).areas
ladder = compare(
    f"{len(points):,} points, {len(shapes):,} polygons in arrays",
    ways_of_polygons.array_ways(shapes, points, 10.0, threads),
    units=len(points), unit="point", items="points", repeat=3, count=same_areas,
)  # fmt: skip
index, numpy = "PolygonIndex, prepared", "v2: NumPy, all polygons at once"
tell(ladder.because(index, numpy, faster="it looks at a few polygons for each point, not at all"))
for name in ("Cython: typed loops", "Numba: the same loops"):
    if name in ladder.rows:
        tell(ladder.faster(name, than=numpy) + ". The loop still looks at all polygons.")
for tree, how in {
    ways_of_polygons.TREE: "which returns every answer as a list of objects",
    ways_of_polygons.PAIRS: "which first makes an array of all close pairs",
}.items():
    if tree in ladder.rows:
        tell(f"{ladder.faster(index, than=tree)}, {how}.")
