/* CTC's best path: from a recogniser's output to the steps that give a text its characters. */
#ifndef FASTCV_DECODE_H
#define FASTCV_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "fastcv/status.h"
#include "fastcv/tensor_type.h"
#include "fastcv/threads.h"

/* So that a work item takes less than 100 ms. */
enum { FASTCV_MAX_CLASSES = 1 << 20, FASTCV_MAX_STEPS = 1 << 20 };

/* A borrowed view of (texts, steps, classes) values. Strides are in bytes and of any sign. */
typedef struct FastcvLogits {
    const char *first;
    ptrdiff_t texts, steps, classes; /* 0 …, 0 … FASTCV_MAX_STEPS, 1 … FASTCV_MAX_CLASSES */
    ptrdiff_t text_stride, step_stride, class_stride;
    FastcvTensorType type; /* F16 or F32; values are aligned */
} FastcvLogits;

/* How a text's confidence comes from its steps' values; 0 for no step. */
typedef enum FastcvConfidence {
    FASTCV_CONFIDENCE_ROUNDED_MEAN, /* of the kept steps, each rounded to 5 digits; in float64 */
    FASTCV_CONFIDENCE_MEAN,         /* of the kept steps, in float32, rounded to the type */
    FASTCV_CONFIDENCE_PRODUCT,      /* of steps other than blank, to 2 / sqrt(their number) */
    FASTCV_CONFIDENCE_LEAST,        /* of all steps */
    FASTCV_CONFIDENCES
} FastcvConfidence;

typedef struct FastcvCtcRule {
    int32_t blank;
    const uint8_t *gives_nothing; /* a class: whether it is blank or ignored */
    FastcvConfidence confidence;
} FastcvCtcRule;

/* All texts' steps, one text after the other with room for all its steps, and each text's number
 * of kept steps and confidence. The caller provides the memory. */
typedef struct FastcvDecoded {
    int32_t *classes, *columns; /* texts · steps */
    double *values;             /* texts · steps; rounded for ROUNDED_MEAN */
    ptrdiff_t *kept;            /* texts */
    double *confidences;        /* texts */
} FastcvDecoded;

/* Finds each step's largest value (the first one, or the first NaN) and keeps the steps whose class
 * differs from the step before and gives something. */
FastcvStatus fastcv_decode_ctc(const FastcvLogits *logits, const FastcvCtcRule *rule,
                               FastcvPool pool, FastcvDecoded *decoded);

#endif
