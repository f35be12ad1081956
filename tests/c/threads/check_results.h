/* What fastcv computes of fixed inputs, as digests. */
#ifndef FASTCV_CHECK_RESULTS_H
#define FASTCV_CHECK_RESULTS_H

#include <stdint.h>

typedef struct Results {
    uint64_t crops, colors, polygons;
} Results;

/* Once, in the default floating-point mode. */
void make_inputs(void);

Results compute_results(int num_threads);

#endif
