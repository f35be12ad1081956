#include "binding/convert/doubles.h"

enum { NAME_BYTES = 100 }; /* 50 for the argument, 22 for an index, 2 for an attribute */

static const char *name_of(const PyPart *part, char name[NAME_BYTES])
{
    char index[32] = "";
    if (part->index >= 0)
        PyOS_snprintf(index, sizeof index, "[%zd]", part->index);
    PyOS_snprintf(name, NAME_BYTES, "%.50s%s%s", part->argument, index, part->attribute);
    return name;
}

static void refuse_type(const PyPart *part, const char *kind, PyObject *object,
                        PyArrayObject *array)
{
    char name[NAME_BYTES];
    const int is_like_an_array = PyArray_NDIM(array) > 0 || PyArray_Check(object);
    py_set_dtype_error(part->function, name_of(part, name), is_like_an_array ? PY_NUMBERS : kind,
                       object, array);
}

PyArrayObject *py_doubles_copy(const PyPart *part, const char *shape, const char *kind,
                               PyObject *object)
{
    char name[NAME_BYTES];
    if (py_refuse_masked(part->state, part->function, name_of(part, name), object))
        return NULL;
    PyObject *hold;
    PyArrayObject *array = py_array_from(object, &hold);
    if (!array) {
        if (py_is_ragged(object))
            PyErr_Format(PyExc_ValueError, "%s: %s must %s", part->function, name_of(part, name),
                         shape);
        return NULL;
    }
    PyObject *doubles = NULL;
    if (py_is_real(array) || PyArray_SIZE(array) == 0)
        doubles = PyArray_FromArray(array, PyArray_DescrFromType(NPY_FLOAT64),
                                    NPY_ARRAY_ALIGNED | NPY_ARRAY_NOTSWAPPED | NPY_ARRAY_FORCECAST);
    else
        refuse_type(part, kind, object, array);
    Py_DECREF(hold);
    Py_DECREF(array);
    return (PyArrayObject *)doubles;
}

void py_refuse_shape(const PyPart *part, const char *shape, PyArrayObject *array)
{
    char name[NAME_BYTES];
    py_set_shape_error(part->function, name_of(part, name), shape, array);
}
