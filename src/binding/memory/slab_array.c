#include "binding/memory/slab_array.h"

static const char capsule_name[] = "fastcv.slab";

static void give_back(PyObject *capsule)
{
    fastcv_slab_give_back(PyCapsule_GetPointer(capsule, capsule_name));
}

PyObject *py_slab_owner(FastcvSlab *slab)
{
    PyObject *capsule = PyCapsule_New(slab, capsule_name, give_back);
    if (!capsule)
        fastcv_slab_give_back(slab);
    return capsule;
}

PyObject *py_array_in(char *memory, PyObject *owner, int ndim, npy_intp *shape, int npy_type)
{
    if (!memory)
        return PyArray_SimpleNew(ndim, shape, npy_type);
    PyObject *array = PyArray_SimpleNewFromData(ndim, shape, npy_type, memory);
    if (array && PyArray_SetBaseObject((PyArrayObject *)array, Py_NewRef(owner)) < 0)
        Py_CLEAR(array);
    return array;
}
