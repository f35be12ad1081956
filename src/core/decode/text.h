/* What follows when each step's class and value are known: which steps a text keeps, and how sure
 * it is. */
#ifndef FASTCV_CORE_DECODE_TEXT_H
#define FASTCV_CORE_DECODE_TEXT_H

#include "fastcv/decode.h"

/* One text's steps. Keeping moves the kept ones to the front. */
typedef struct FastcvSteps {
    int32_t *classes, *columns;
    double *values;
    ptrdiff_t count;
} FastcvSteps;

/* The confidence by a rule that looks at dropped steps too; 0 for other rules. */
double fastcv_confidence_before(const FastcvSteps *steps, const FastcvCtcRule *rule,
                                FastcvTensorType type);

/* Drops repeats, blanks and ignored classes, and sets the kept steps' columns. */
void fastcv_keep_steps(FastcvSteps *steps, const FastcvCtcRule *rule);

/* The confidence by a rule that looks at kept steps only. Rounds their values if the rule does. */
double fastcv_confidence_after(FastcvSteps *steps, const FastcvCtcRule *rule,
                               FastcvTensorType type);

#endif
