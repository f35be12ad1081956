/* Arrays of doubles from Python, and the names of parts of arguments in messages. */
#ifndef FASTCV_BINDING_CONVERT_DOUBLES_H
#define FASTCV_BINDING_CONVERT_DOUBLES_H

#include "binding/convert/convert.h"

#define PY_NUMBERS "hold ints or floats"

/* A part of an argument. Messages call it "polygons[3].x". */
typedef struct PyPart {
    ModuleState *state;
    const char *function, *argument;
    Py_ssize_t index;      /* -1: the whole argument */
    const char *attribute; /* ".x", or "" */
} PyPart;

/* py_doubles_from for every other object. */
PyArrayObject *py_doubles_copy(const PyPart *part, const char *shape, const char *kind,
                               PyObject *object);

/* Real numbers as aligned doubles in native byte order: the object itself if it is such an array,
 * otherwise a copy. The caller checks the shape. Returns a new reference, or NULL with an
 * exception: "function: polygons[3].x must <shape>" for lists of unequal lengths; "… must hold ints
 * or floats, not bool" for arrays and lists of other types; "… must <kind>, not NoneType" for an
 * object that is nothing like an array. */
static inline PyArrayObject *py_doubles_from(const PyPart *part, const char *shape,
                                             const char *kind, PyObject *object)
{
    if (PyArray_CheckExact(object)) {
        PyArrayObject *array = (PyArrayObject *)object;
        if (PyArray_TYPE(array) == NPY_FLOAT64 && PyArray_ISBEHAVED_RO(array))
            return (PyArrayObject *)Py_NewRef(object);
    }
    return py_doubles_copy(part, shape, kind, object);
}

/* Sets a ValueError: "function: polygons[3].x must <shape>, not shape <the array's>". */
void py_refuse_shape(const PyPart *part, const char *shape, PyArrayObject *array);

#endif
