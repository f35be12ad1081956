/* The shapes that boxes may have, and what is wrong with those that have none of them. */
#ifndef FASTCV_BINDING_CONVERT_BOXES_H
#define FASTCV_BINDING_CONVERT_BOXES_H

#include "binding/convert/convert.h"

typedef enum BoxShape {
    BOX_OF_NO_SHAPE,
    BOX_OF_CORNERS, /* (4, 2) */
    BOX_FLAT,       /* (8,) */
    BOX_UPRIGHT,    /* (4,) */
    BOX_POLYGON,    /* (m, 2): of 3 corners or more, where the order makes a quad of them */
} BoxShape;

/* The shape of one box, which is the array from its axis `first` on. */
BoxShape py_box_shape(PyArrayObject *array, int first, FastcvOrder order);

static inline int py_box_has_corners(BoxShape shape)
{
    return shape == BOX_OF_CORNERS || shape == BOX_POLYGON;
}

/* Sets an exception that names the first item of a list or tuple that is no box, or not a box of
 * the shape that the boxes before it have, if there is one. */
void py_blame_one_box(const char *function, PyObject *object, FastcvOrder order);

/* Sets an exception that says which shapes boxes may have. array is what NumPy made of the object,
 * or NULL where the lists' lengths differ. */
void py_blame_boxes(const char *function, PyObject *object, PyArrayObject *array,
                    FastcvOrder order);

#endif
