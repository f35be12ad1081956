/* Memory for a call's arrays, in slabs. */
#ifndef FASTCV_BINDING_ROOMS_H
#define FASTCV_BINDING_ROOMS_H

#include "binding/binding.h"
#include "fastcv/slabs.h"

/* Makes array i in the memory, which the owner keeps alive. If memory is NULL, the array gets
 * memory of its own. Returns 0, or -1 with an exception. */
typedef int PyMakeArray(void *context, Py_ssize_t i, char *memory, PyObject *owner);

/* Makes count arrays of bytes[i], each at a multiple of FASTCV_SLAB_ALIGNMENT. Arrays that together
 * take at most FASTCV_SLAB_BYTES share a slab; the last one that is dropped gives it back. Those of
 * a slab that would have under least_slab_bytes, or that is refused, get memory of their own. */
int py_make_in_slabs(PyMakeArray *make, void *context, const size_t bytes[], Py_ssize_t count,
                     size_t least_slab_bytes);

#endif
