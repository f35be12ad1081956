/* Boxes that cannot be cut: which of them refuse the call, and in which words. */
#ifndef FASTCV_BINDING_CROP_FAULTS_H
#define FASTCV_BINDING_CROP_FAULTS_H

#include "binding/binding.h"
#include "fastcv/rule.h"

typedef enum PyDegenerate {
    PY_DEGENERATE_RAISE,
    PY_DEGENERATE_SKIP,
    PY_DEGENERATE_EMPTY
} PyDegenerate;

/* object is NULL where the option was left out. Returns 0, or -1 with an exception. */
int py_degenerate_convert(const char *function, PyObject *object, PyDegenerate *degenerate);

/* Refuses a crop of box `index` whose bytes are over the limit of a crop. 0, or -1 with a
 * ValueError. */
int py_cap_check(const char *function, const FastcvGeometry *crop, Py_ssize_t index, size_t bytes,
                 size_t cap);

/* Sets "function: boxes[index] <text>: <corners>". */
void py_set_fault_error(const char *function, Py_ssize_t index, const char *text,
                        const FastcvQuad *quad);

/* 0 where there is no fault, or the crop is to be left out or empty; -1 with a ValueError
 * otherwise. */
int py_fault_check(const char *function, PyDegenerate degenerate, const FastcvRule *rule,
                   const FastcvQuad *quad, Py_ssize_t index, FastcvQuadFault fault);

/* The indices of the crops without a fault, an intp array; NULL with an exception. The geometries
 * lie step bytes apart. */
PyObject *py_cut_indices(const FastcvGeometry *first, size_t step, Py_ssize_t count);

#endif
