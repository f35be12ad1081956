/* Arguments by position and by name. PyArg_ParseTupleAndKeywords takes 50 ns for each name that a
 * function knows, as soon as one is given; a small crop takes 1 µs. */
#ifndef FASTCV_BINDING_CONVERT_ARGUMENTS_H
#define FASTCV_BINDING_CONVERT_ARGUMENTS_H

#include "binding/binding.h"

/* What a function takes: its first `required` parameters must be given, by position or by name; the
 * others may be, by name only. */
typedef struct PyParameters {
    const char *function;
    const char *const *names;
    int count, required;
} PyParameters;

#define PY_LENGTH(array) ((int)(sizeof(array) / sizeof *(array)))

/* What METH_FASTCALL | METH_KEYWORDS hands over. */
typedef struct PyGiven {
    PyObject *const *values;
    Py_ssize_t positional; /* how many of them; those given by name follow */
    PyObject *names;       /* a tuple, or NULL */
} PyGiven;

/* Sets *places[i] to what is given for names[i], borrowed, and leaves it alone where nothing is.
 * Returns 0, or -1 with a TypeError. */
int py_arguments_read(const PyParameters *parameters, const PyGiven *given,
                      PyObject **const places[]);

/* The same for one argument that is given by name. Returns the parameter's index, or -1. */
int py_argument_read(const PyParameters *parameters, PyObject *name, PyObject *value,
                     PyObject **const places[]);

#endif
