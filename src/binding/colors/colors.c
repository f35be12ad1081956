/* Counting colours. The package's colors.py wraps these entries. */
#include "binding/convert/convert.h"
#include "fastcv/colors.h"

/* No image has more than 2^24 colours, or more colours than pixels. */
static size_t most_colors(const FastcvImage *image, int64_t n)
{
    const size_t all = (size_t)1 << 24;
    size_t most = (size_t)n < all ? (size_t)n : all;
    size_t rows = (size_t)image->height_px;
    return most / rows < (size_t)image->width_px ? most : rows * (size_t)image->width_px;
}

/* The first n colours as (colors (n, 3) uint8, counts (n,) int64). */
static PyObject *as_arrays(const FastcvColorCount *top, size_t n)
{
    npy_intp shape[2] = {(npy_intp)n, 3};
    PyArrayObject *colors = (PyArrayObject *)PyArray_SimpleNew(2, shape, NPY_UINT8);
    PyArrayObject *counts = (PyArrayObject *)PyArray_SimpleNew(1, shape, NPY_INT64);
    PyObject *pair = NULL;
    if (colors && counts) {
        uint8_t *color = PyArray_DATA(colors);
        int64_t *count = PyArray_DATA(counts);
        for (size_t i = 0; i < n; i++) {
            color[3 * i] = (uint8_t)(top[i].packed >> 16);
            color[3 * i + 1] = (uint8_t)(top[i].packed >> 8);
            color[3 * i + 2] = (uint8_t)top[i].packed;
            count[i] = (int64_t)top[i].count;
        }
        pair = PyTuple_Pack(2, colors, counts);
    }
    Py_XDECREF(colors);
    Py_XDECREF(counts);
    return pair;
}

/* args: image, n, num_threads. Messages call n by the name that the caller of function gave it. */
static PyObject *count_colors(PyObject *module, const char *function, const char *n_argument,
                              PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *result = NULL;
    PyImage image = {0};
    FastcvColorCount *top = NULL;
    int64_t n;

    if (nargs != 3) {
        PyErr_Format(PyExc_TypeError, "%s: wants image, n and num_threads", function);
        return NULL;
    }
    PyObject *image_object = args[0], *n_object = args[1], *num_threads_object = args[2];
    if (py_int_convert(function, n_argument, n_object, "an int", 1, INT64_MAX, &n) < 0)
        return NULL;
    int num_threads = py_resolve_threads(function, num_threads_object);
    if (num_threads < 0 || py_image_convert(state_of(module), function, "image", image_object,
                                            1u << FASTCV_U8, FASTCV_COUNTED_PX, &image) < 0)
        return NULL;
    if (image.view.channels == 2) {
        PyErr_Format(PyExc_ValueError, "%s: image must have 1, 3 or 4 channels, not 2", function);
        goto done;
    }
    size_t found = most_colors(&image.view, n);
    top = PyMem_Malloc(found * sizeof *top);
    if (!top) {
        PyErr_NoMemory();
        goto done;
    }
    PyRun run;
    if (py_run_begin(&run, num_threads) < 0)
        goto done;
    FastcvError error = {.status = fastcv_main_colors(&image.view, run.pool, top, &found)};
    py_run_end(&run);
    if (error.status)
        py_set_run_error(function, error);
    else
        result = as_arrays(top, found);
done:
    PyMem_Free(top);
    py_image_release(&image);
    return result;
}

static PyObject *main_colors(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    return count_colors(module, "main_colors", "n", args, nargs);
}

static PyObject *extract_main_colors(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    return count_colors(module, "extract_main_colors", "N", args, nargs);
}

static PyObject *extract_main_colors_openmp(PyObject *module, PyObject *const *args,
                                            Py_ssize_t nargs)
{
    return count_colors(module, "extract_main_colors_openmp", "N", args, nargs);
}

#define ENTRY(name)                                                                                \
    {#name, (PyCFunction)(void (*)(void))(name), METH_FASTCALL,                                    \
     #name "($module, image, n, num_threads, /)\n--\n\n"                                           \
           "The n most frequent colours and their counts."}

PyMethodDef py_colors_methods[] = {
    ENTRY(main_colors),
    ENTRY(extract_main_colors),
    ENTRY(extract_main_colors_openmp),
    {NULL, NULL, 0, NULL},
};
