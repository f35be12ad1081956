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

/* NumPy accepts masked boxes in a list, and drops their masks. Returns what py_refuse_masked does.
 */
int py_refuse_masked_boxes(ModuleState *state, const char *function, PyObject *object);

/* A new reference. Leaves float32 as it is, and makes every other type float64, which is then
 * rounded to float32 once, as NumPy's own conversion does. */
PyArrayObject *py_boxes_as_float(PyArrayObject *array);

/* Sets an exception that says what is wrong with boxes: it names the first item of a list or tuple
 * that is no box, or not a box of the shape that the boxes before it have; otherwise it says which
 * shapes boxes may have. object is the argument; items is the same object, or a list's items. array
 * is what NumPy made of it, or NULL where the lists' lengths differ. */
void py_blame_boxes(const char *function, PyObject *object, PyObject *items, PyArrayObject *array,
                    FastcvOrder order);

#endif
