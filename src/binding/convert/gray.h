/* A page in gray, in memory of fastcv's own. */
#ifndef FASTCV_BINDING_CONVERT_GRAY_H
#define FASTCV_BINDING_CONVERT_GRAY_H

#include "binding/convert/convert.h"
#include "fastcv/slabs.h"

typedef struct PyGray {
    FastcvImage page; /* in colour; no channels if there is nothing to do */
    FastcvSlab *slab; /* the gray pixels' memory … */
    void *memory;     /* … or this, if the pool has none */
} PyGray;

/* Makes image a view of its own gray, 2-D, whose pixels are not there yet. Refuses images that are
 * not uint8 or have two channels. Returns 0, or -1 with an exception. */
int py_gray_begin(const char *function, PyImage *image, PyGray *gray);

/* Writes the pixels. Needs no GIL. */
FastcvStatus py_gray_fill(const PyGray *gray, const PyImage *image, FastcvPool pool);

void py_gray_release(PyGray *gray);

#endif
