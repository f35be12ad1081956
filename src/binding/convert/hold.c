/* An array's memory can go while a call reads it on another thread: ndarray.resize with
 * refcheck=False frees it, and so does ndarray.__setstate__. resize refuses if there is a weak
 * reference to the array. __setstate__ never refuses (NumPy's methods.c, array_setstate): it frees
 * memory that the array owns, and otherwise drops the array's reference to the memory's owner.
 * The hold keeps that owner; only __setstate__ on an array that owns its memory stays dangerous. */
#include "binding/convert/convert.h"

PyObject *py_hold_memory(PyArrayObject *array)
{
    PyObject *owner = (PyObject *)array, *base;
    while ((base = PyArray_BASE((PyArrayObject *)owner)) && PyArray_Check(base))
        owner = base;
    Py_INCREF(owner); /* first: what allocates may run finalizers, and they may call __setstate__ */
    base = Py_NewRef(base ? base : Py_None);
    PyObject *weak = PyWeakref_NewRef(owner, NULL);
    PyObject *hold = weak ? PyTuple_Pack(3, weak, owner, base) : NULL;
    Py_XDECREF(weak);
    Py_DECREF(base);
    Py_DECREF(owner);
    return hold;
}
