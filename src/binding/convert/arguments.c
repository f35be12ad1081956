#include "binding/convert/arguments.h"

int py_argument_read(const PyParameters *parameters, PyObject *name, PyObject *value,
                     PyObject **const places[])
{
    for (int i = 0; i < parameters->count && PyUnicode_Check(name); i++) {
        if (PyUnicode_CompareWithASCIIString(name, parameters->names[i]) == 0) {
            *places[i] = value;
            return i;
        }
    }
    PyErr_Format(PyExc_TypeError, "%s: there is no argument %.200R", parameters->function, name);
    return -1;
}

int py_arguments_read(const PyParameters *parameters, const PyGiven *given,
                      PyObject **const places[])
{
    if (given->positional > parameters->required) {
        PyErr_Format(PyExc_TypeError, "%s: at most %d arguments may be given by position, got %zd",
                     parameters->function, parameters->required, given->positional);
        return -1;
    }
    for (Py_ssize_t i = 0; i < given->positional; i++)
        *places[i] = given->values[i];
    const Py_ssize_t named = given->names ? PyTuple_GET_SIZE(given->names) : 0;
    for (Py_ssize_t i = 0; i < named; i++) {
        PyObject *name = PyTuple_GET_ITEM(given->names, i);
        const int index =
            py_argument_read(parameters, name, given->values[given->positional + i], places);
        if (index < 0)
            return -1;
        if (index < given->positional) {
            PyErr_Format(PyExc_TypeError, "%s: argument %R is given by position and by name",
                         parameters->function, name);
            return -1;
        }
    }
    for (int i = 0; i < parameters->required; i++) {
        if (!*places[i]) {
            PyErr_Format(PyExc_TypeError, "%s: argument '%s' is missing", parameters->function,
                         parameters->names[i]);
            return -1;
        }
    }
    return 0;
}
