/* ndarray.resize with refcheck=False frees an array's memory whoever holds references to it, on
 * another thread even while a call reads it. It does refuse where there is a weak reference. */
#include "binding/convert/convert.h"

PyObject *py_hold_memory(PyArrayObject *array)
{
    PyObject *owner = (PyObject *)array, *base;
    while ((base = PyArray_BASE((PyArrayObject *)owner)) && PyArray_Check(base))
        owner = base;
    return PyWeakref_NewRef(owner, NULL);
}
