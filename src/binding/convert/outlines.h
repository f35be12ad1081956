/* Boxes as the polygons that they are. */
#ifndef FASTCV_BINDING_CONVERT_OUTLINES_H
#define FASTCV_BINDING_CONVERT_OUTLINES_H

#include "binding/convert/convert.h"

/* Of 3 corners or more each. Everything is PyMem_Malloc'ed, and NULL if there are no boxes. */
typedef struct PyOutlines {
    float *corners;    /* x, y, x, y … of all boxes */
    Py_ssize_t *first; /* each box's first corner, and how many corners there are */
    Py_ssize_t count;
    FastcvOrder order; /* UPRIGHT for boxes x1, y1, x2, y2; otherwise GIVEN */
} PyOutlines;

/* Quads (n, 4, 2) or (n, 8), upright boxes (n, 4), or polygons of any numbers of corners. */
int py_outlines_convert(ModuleState *state, const char *function, PyObject *object,
                        PyOutlines *outlines);
void py_outlines_release(PyOutlines *outlines);

#endif
