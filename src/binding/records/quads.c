/* Quads to JSON, as Python's json writes them, in a tenth of its time. */
#include "binding/convert/convert.h"

#include <math.h>

enum {
    NUMBERS = 8,
    MOST_CHARACTERS = 32, /* of a number: "-2.2250738585072014e-308, " */
    MOST_HUNDREDTHS = 1 << 30,
};

static const char function[] = "_quads_to_json";

static char *write_whole(char *text, unsigned value)
{
    char digits[10];
    int count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (count)
        *text++ = digits[--count];
    return text;
}

/* A number of whole hundredths is what annotations mostly have. Of all decimals that are read as
 * this number it is the shortest one, which is what repr writes: two decimals of up to 15 digits
 * are never read as the same number. */
static char *write_hundredths(char *text, unsigned hundredths)
{
    const unsigned rest = hundredths % 100;
    text = write_whole(text, hundredths / 100);
    *text++ = '.';
    *text++ = (char)('0' + rest / 10);
    if (rest % 10)
        *text++ = (char)('0' + rest % 10);
    return text;
}

/* NULL with an exception. */
static char *write_number(char *text, double number)
{
    const double hundredths = nearbyint(number * 100);
    if (hundredths >= 1 && hundredths <= MOST_HUNDREDTHS && hundredths / 100 == number)
        return write_hundredths(text, (unsigned)hundredths);
    char *all = PyOS_double_to_string(number, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
    if (!all)
        return NULL;
    const size_t size = strlen(all);
    memcpy(text, all, size);
    PyMem_Free(all);
    return text + size;
}

static PyObject *write_quad(const double *numbers)
{
    char quad[NUMBERS * MOST_CHARACTERS + 2 * NUMBERS], *text = quad;
    *text++ = '[';
    for (int i = 0; i < NUMBERS && text; i++) {
        if (i) {
            *text++ = ',';
            *text++ = ' ';
        }
        if (i % 2 == 0)
            *text++ = '[';
        text = write_number(text, numbers[i]);
        if (text && i % 2)
            *text++ = ']';
    }
    if (!text)
        return NULL;
    *text++ = ']';
    return PyUnicode_DecodeASCII(quad, text - quad, NULL);
}

/* quads is a float64 array (n, 4, 2) of finite numbers. Returns a list of str. */
static PyObject *quads_to_json(PyObject *module, PyObject *object)
{
    (void)module;
    PyArrayObject *quads =
        (PyArrayObject *)PyArray_FROMANY(object, NPY_DOUBLE, 3, 3, NPY_ARRAY_CARRAY_RO);
    if (!quads)
        return NULL;
    const npy_intp count = PyArray_DIM(quads, 0);
    PyObject *texts = NULL;
    if (PyArray_DIM(quads, 1) != 4 || PyArray_DIM(quads, 2) != 2)
        py_set_shape_error(function, "quads", "be (n, 4, 2)", quads);
    else
        texts = PyList_New(count);
    const double *numbers = PyArray_DATA(quads);
    for (npy_intp i = 0; texts && i < count; i++) {
        PyObject *text = write_quad(numbers + NUMBERS * i);
        if (text)
            PyList_SET_ITEM(texts, i, text);
        if (!text || py_is_interrupted(i))
            Py_CLEAR(texts);
    }
    Py_DECREF(quads);
    return texts;
}

PyMethodDef py_records_methods[] = {
    {"_quads_to_json", quads_to_json, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};
