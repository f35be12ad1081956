/* The connected components of two masks' pixels together. Pixels touch at their sides, not at their
 * corners. A component is a list of runs, so nothing is kept for each pixel. */
#ifndef FASTCV_CORE_DETECT_COMPONENTS_H
#define FASTCV_CORE_DETECT_COMPONENTS_H

#include "core/detect/mask.h"

/* Pixels of a row that are set from start to before end. */
typedef struct FastcvPixelRun {
    int32_t start, end;
    int32_t
        component; /* its number; −1: too small. While they are found: a run before, or itself */
    int32_t area;  /* while they are found: of what hangs on this run */
} FastcvPixelRun;

typedef struct FastcvComponent {
    int32_t left, top, right, bottom; /* bounds, all included */
    int32_t area;
    int32_t label; /* cv2.connectedComponents', which counts small ones too: from 1 on */
} FastcvComponent;

typedef struct FastcvComponents {
    FastcvPixelRun *runs;        /* from the top row to the bottom one, from left to right */
    int32_t *first_run;          /* of each row, and the end */
    FastcvComponent *components; /* in the order of their first runs */
    ptrdiff_t count;
} FastcvComponents;

/* Components of at least least_area pixels. Both masks have one size. One thread does the work. The
 * components are the caller's to free, also after a failure. */
FastcvStatus fastcv_components_find(const FastcvMask *a, const FastcvMask *b, int32_t least_area,
                                    FastcvPool pool, FastcvComponents *found);
void fastcv_components_free(FastcvComponents *found);

#endif
