/* Which OpenCV's pixels a call computes. */
#ifndef FASTCV_BINDING_CONVERT_ARITHMETIC_H
#define FASTCV_BINDING_CONVERT_ARITHMETIC_H

#include "binding/convert/convert.h"

/* What an argument or FASTCV_ARITHMETIC may name: by FastcvArithmetic, then "auto", that of the cv2
 * that is installed. NULL after the last. */
extern const char *const py_arithmetic_names[];

/* Returns the arithmetic, or -1 with an exception. NULL and None are the default. May run code of
 * the caller's. */
int py_arithmetic_convert(ModuleState *state, const char *function, PyObject *object);

/* Refuses a sampling whose arithmetic fastcv does not have for the image. 0, or -1. */
int py_arithmetic_check(const char *function, const FastcvSampling *sampling,
                        const FastcvImage *image);

#endif
