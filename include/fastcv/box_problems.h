/* What looks wrong with a page's boxes. */
#ifndef FASTCV_BOX_PROBLEMS_H
#define FASTCV_BOX_PROBLEMS_H

#include <stddef.h>
#include <stdint.h>

#include "fastcv/quad.h"

/* The docstring of check_boxes says what they are. KINDS in box_problems.py has the same order. */
typedef enum FastcvBoxProblem {
    FASTCV_BOX_NOT_FINITE = 1 << 0,
    FASTCV_BOX_NORMALISED = 1 << 1,
    FASTCV_BOX_DEGENERATE = 1 << 2,
    FASTCV_BOX_REVERSED = 1 << 3,
    FASTCV_BOX_CROSSED = 1 << 4,
    FASTCV_BOX_DENTED = 1 << 5,
    FASTCV_BOX_MIRRORED = 1 << 6,
    FASTCV_BOX_SWAPPED = 1 << 7,
    FASTCV_BOX_UPSIDE_DOWN = 1 << 8,
    FASTCV_BOX_ON_ITS_SIDE = 1 << 9,
    FASTCV_BOX_OUTSIDE = 1 << 10,
    FASTCV_BOX_PARTLY_OUTSIDE = 1 << 11,
} FastcvBoxProblem;

/* The boxes of a page. */
typedef struct FastcvPageBoxes {
    const FastcvQuad *quads;
    ptrdiff_t count;
    int are_upright; /* they were x1, y1, x2, y2 */
    int height_px, width_px;
    int corner_problems; /* bits of FastcvBoxProblem: what is reported about corners. The order
                            in which the boxes are cut mends the rest. */
} FastcvPageBoxes;

/* Writes each box's problems, a sum of FastcvBoxProblem. Returns those that any of them has. */
int fastcv_find_box_problems(const FastcvPageBoxes *page, uint16_t *problems);

#endif
