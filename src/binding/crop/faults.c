#include "binding/crop/faults.h"

#include "binding/convert/convert.h"

static const char *const fault_texts[] = {
    [FASTCV_QUAD_NOT_FINITE] = "has a corner that is not finite",
    [FASTCV_QUAD_TOO_FAR] = "has a corner beyond ±2**30 px",
    [FASTCV_QUAD_COLLINEAR] = "has three corners on a line",
    [FASTCV_QUAD_CROSSED] = "crosses itself (order=\"clockwise\" sorts its corners)",
    [FASTCV_QUAD_REVERSED] = "has x2 < x1 or y2 < y1 (four numbers are x1, y1, x2, y2)",
    [FASTCV_QUAD_NO_SLICE] = "has no pixel of the page",
    [FASTCV_QUAD_TOO_LARGE] = "is 2**30 px or more wide or high",
    [FASTCV_QUAD_OUT_OF_REACH] =
        "cannot be cut from a page with a side over 32,766 px: it is not convex, is nearly "
        "degenerate, reads over 32,766 px of the page, reads beyond 2**24 px, or, with a border "
        "other than constant and replicate, lies partly outside",
};

static const char *text_of(const FastcvRule *rule, FastcvQuadFault fault)
{
    const int has_inset = rule->inset_px > 0;
    if (fault == FASTCV_QUAD_SINGULAR)
        return rule->transform == FASTCV_AFFINE ? "has no affine transform"
                                                : "has no perspective transform";
    if (fault != FASTCV_QUAD_TOO_SMALL)
        return fault_texts[fault];
    if (!has_inset)
        return "is under 1 px wide or high";
    return rule->size == FASTCV_SIZE_LONGER || rule->size == FASTCV_SIZE_MEAN
               ? "is under 2 px wide or high"
               : "is 1 px or less wide or high";
}

int py_degenerate_convert(const char *function, PyObject *object, PyDegenerate *degenerate)
{
    static const char *const names[] = {[PY_DEGENERATE_RAISE] = "raise",
                                        [PY_DEGENERATE_SKIP] = "skip",
                                        [PY_DEGENERATE_EMPTY] = "empty",
                                        NULL};
    const int choice =
        object ? py_choice_convert(function, "degenerate", object, names) : PY_DEGENERATE_RAISE;
    if (choice < 0)
        return -1;
    *degenerate = (PyDegenerate)choice;
    return 0;
}

void py_set_fault_error(const char *function, Py_ssize_t index, const char *text,
                        const FastcvQuad *quad)
{
    const float *x = quad->x, *y = quad->y;
    char corners[160];
    PyOS_snprintf(corners, sizeof corners,
                  "[[%.9g, %.9g], [%.9g, %.9g], [%.9g, %.9g], [%.9g, %.9g]]", x[0], y[0], x[1],
                  y[1], x[2], y[2], x[3], y[3]);
    PyErr_Format(PyExc_ValueError, "%s: boxes[%zd] %s: %s", function, index, text, corners);
}

int py_fault_check(const char *function, PyDegenerate degenerate, const FastcvRule *rule,
                   const FastcvQuad *quad, Py_ssize_t index, FastcvQuadFault fault)
{
    if (!fault || (degenerate != PY_DEGENERATE_RAISE && fastcv_quad_is_degenerate(fault)))
        return 0;
    py_set_fault_error(function, index, text_of(rule, fault), quad);
    return -1;
}

PyObject *py_cut_indices(const FastcvGeometry *first, size_t step, Py_ssize_t count)
{
    npy_intp cut = 0;
    for (Py_ssize_t i = 0; i < count; i++)
        cut += !((const FastcvGeometry *)((const char *)first + (size_t)i * step))->fault;
    PyObject *indices = PyArray_SimpleNew(1, &cut, NPY_INTP);
    npy_intp *numbers = indices ? PyArray_DATA((PyArrayObject *)indices) : NULL;
    for (Py_ssize_t i = 0; indices && i < count; i++) {
        if (!((const FastcvGeometry *)((const char *)first + (size_t)i * step))->fault)
            *numbers++ = i;
    }
    return indices;
}

int py_cap_check(const char *function, const FastcvGeometry *crop, Py_ssize_t index, size_t bytes,
                 size_t cap)
{
    if (bytes <= cap)
        return 0;
    PyErr_Format(PyExc_ValueError,
                 "%s: boxes[%zd] makes a crop of %d x %d px, over the limit of %zu bytes a crop "
                 "(set_output_limits)",
                 function, index, (int)fastcv_geometry_width(crop),
                 (int)fastcv_geometry_height(crop), cap);
    return -1;
}
