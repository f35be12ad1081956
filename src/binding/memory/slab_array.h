/* ndarrays whose memory belongs to somebody else: a slab, or another array. */
#ifndef FASTCV_BINDING_SLAB_ARRAY_H
#define FASTCV_BINDING_SLAB_ARRAY_H

#include "binding/binding.h"
#include "fastcv/slabs.h"

/* An object that owns the slab and gives it back when it is freed. NULL with an exception; then the
 * slab has been given back. */
PyObject *py_slab_owner(FastcvSlab *slab);

/* An uninitialised array in the memory, which the owner keeps alive. If memory is NULL, NumPy
 * allocates. NULL with an exception. */
PyObject *py_array_in(char *memory, PyObject *owner, int ndim, npy_intp *shape, int npy_type);

#endif
