# %% [markdown]
# ## 6. The C-API: what an interface costs
#
# A C extension is a shared library whose functions take and return `PyObject *`. Open fastcv's own
# [`src/binding/sums/cumulative_sum.c`](src/binding/sums/cumulative_sum.c) first: it is written for
# readers who are new to C. The next cell compiles a smaller module,
# [`benchmarks/capi_lesson.c`](benchmarks/capi_lesson.c).

# %%
from ondemand import load_c

capi = load_c("capi_lesson")
print(lesson.read_lesson("a list out"))

# %% [markdown]
# These are two ways to fill a list. `PyList_SetItem` checks its arguments and releases the old
# item. The macro `PyList_SET_ITEM` only writes the pointer: right for a new list, and a leak for a
# list that already holds items. Both *steal* the reference: the list owns the number afterwards. A
# third way, `squares_array`, makes no Python numbers at all, only bytes in an array.

# %%
n = pick(300_000, 2_000)
numbers, array = list(range(n)), np.arange(n)


def squares_python(n):
    return [i * i for i in range(n)]


def nothing(x):
    return None


if capi:
    out = compare(
        f"{n:,} squares out of C",
        {
            "Python list": lambda: squares_python(n),
            "C list, PyList_SetItem": lambda: capi.squares_set_item(n),
            "C list, PyList_SET_ITEM": lambda: capi.squares_macro(n),
            "C array": lambda: capi.squares_array(n),
        },
        units=n, unit="number", items="numbers",
    )  # fmt: skip
    into = compare(
        f"{n:,} numbers into C",
        {
            "Python sum of a list": lambda: sum(numbers),
            "C sum of a list": lambda: capi.sum_list(numbers),
            "C sum of an array": lambda: capi.sum_array(array),
            "C sum of a list, made an array first": lambda: capi.sum_array(numbers),
        },
        units=n, unit="number", items="sum",
    )  # fmt: skip
    tell(out.because("C array", "C list, PyList_SET_ITEM", faster="it makes no objects"),
         into.because("C sum of an array", "C sum of a list", faster="it reads no objects"),
         into.because("C sum of a list, made an array first", "C sum of a list",
                      slow="conversion costs more than it gains, so pass arrays that exist already"))  # fmt: skip

# %% [markdown]
# **References.** C code counts references by hand. If one `Py_DECREF` is missing, the object is
# never freed. The same happens when `PyList_SET_ITEM` overwrites an item: nothing releases the old
# one.

# %%
print(
    lesson.read_lesson("a leak").partition("\n\n")[0],
    lesson.read_lesson("over an old item"),
    sep="\n\n",
)

# %%
import tracemalloc


def kept_by(function, calls=50):
    tracemalloc.start()
    function()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(calls):
        function()
    kept = (tracemalloc.get_traced_memory()[0] - before) / calls
    tracemalloc.stop()
    return kept


if capi:
    names = "append_and_release", "append_and_leak", "replace_set_item", "replace_macro"
    lesson.table(
        ["function", "bytes kept per call"],
        [[name, round(kept_by(getattr(capi, name)))] for name in names],
        "tracemalloc's average over 50 calls; a call makes 1,000 numbers, and its result is dropped",
    )

# %% [markdown]
# What does a call itself cost? Functions that do nothing show it:

# %%
import timeit

if capi:
    calls = pick(20_000, 100)
    pixel = logo[:1, :1].copy()
    rows = []
    for name, function in {
        "Python function": nothing,
        "C, METH_O: one argument, passed as it is": capi.nothing,
        "C, METH_VARARGS: a tuple, parsed": capi.nothing_parsed,
        "fastcv.main_colors of one pixel": fastcv.main_colors,
    }.items():
        names = {"function": function, "pixel": pixel}
        seconds = timeit.repeat("function(pixel)", globals=names, number=calls, repeat=5)
        rows.append([name, 1e9 * min(seconds) / calls])
    lesson.table(["call", "ns"], rows, f"{calls:,} calls in a row, the fastest of 5 series")
    tell("A call is cheap compared with a page, and expensive compared with a pixel. The loop therefore "
         "belongs *inside* the call: one call for a thousand boxes, not a thousand calls.")  # fmt: skip

# %% [markdown]
# Back to the colours, in C: fastcv reads the pixels once and counts runs of equal colours in a hash
# table that fits the caches.

# %%
threads = fastcv.get_num_threads()
for name, image in {"the logo": logo, "the page": page}.items():
    ladder = compare(
        f"6 main colours of {name}",
        {
            "NumPy: pack and sort in place": partial(colors_faster, image, 6),
            "NumPy: let cv2 pack": partial(colors_cv2_pack, image, 6),
            "main_colors": partial(fastcv.main_colors, image, 6),
            f"main_colors, {name_threads(threads)}": partial(
                fastcv.main_colors, image, 6, num_threads=threads
            ),
        },
        units=image.shape[0] * image.shape[1],
        unit="px",
        items="colours",
    )
    tell(ladder.faster("main_colors", than="NumPy: let cv2 pack") + f", on {name}.")
