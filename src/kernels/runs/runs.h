/* Rows of pixels as packed colours, and as runs of equal ones. */
#ifndef FASTCV_KERNELS_RUNS_H
#define FASTCV_KERNELS_RUNS_H

#include <stddef.h>
#include <stdint.h>

/* Kernels write whole vectors, so the arrays have room for FASTCV_RUNS_OVERRUN more runs. */
enum { FASTCV_RUNS_PX = 1024, FASTCV_RUNS_OVERRUN = 16 };

/* From left to right. A colour is packed as B << 16 | G << 8 | R. */
typedef struct FastcvRuns {
    uint32_t color[FASTCV_RUNS_PX + FASTCV_RUNS_OVERRUN];
    uint32_t length[FASTCV_RUNS_PX + FASTCV_RUNS_OVERRUN];
} FastcvRuns;

/* Finds the runs in count pixels, 1 … FASTCV_RUNS_PX, and returns how many there are. With 1
 * channel, B = G = R. With 4, alpha is not part of the colour, but pixels of alpha 0 are left out
 * and end a run, so two neighbouring runs may have the same colour. Reads only the pixels. */
typedef int FastcvFindRuns(const uint8_t *pixels, int count, int channels, FastcvRuns *runs);

/* What stands for a pixel of alpha 0: no colour's value. */
#define FASTCV_TRANSPARENT UINT32_MAX

/* Packs count pixels, one after the other. Reads only the pixels. */
typedef void FastcvPackRow(const uint8_t *pixels, ptrdiff_t count, int channels, uint32_t *colors);

typedef struct FastcvRunsKernels {
    FastcvFindRuns *find;
    FastcvPackRow *pack;
} FastcvRunsKernels;

/* The variant in use. It never changes, so a call keeps the one that it began with. */
const FastcvRunsKernels *fastcv_runs_kernels(void);

extern const FastcvRunsKernels fastcv_runs_c;
#if defined(__x86_64__)
extern const FastcvRunsKernels fastcv_runs_avx2;
extern const FastcvRunsKernels fastcv_runs_avx512;
#endif

#endif
