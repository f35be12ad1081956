/* The most frequent of a box's colours, found without a table of all of them. */
#ifndef FASTCV_CORE_COLOR_SKETCH_H
#define FASTCV_CORE_COLOR_SKETCH_H

#include <stddef.h>
#include <stdint.h>

#include "core/colors/top.h"
#include "kernels/sketch/sketch.h"

enum {
    FASTCV_SKETCH_LEAST_PX = 128,  /* below, looking at all counters takes longer than a table */
    FASTCV_SKETCH_MOST_PX = 65535, /* what a sum of counters counts to */
    FASTCV_SKETCH_MOST_TOP = 16
};

/* Every pixel adds one to the counter of its colour's hash, so no colour is more frequent than its
 * counter says. The colours of the largest counters are counted exactly. Where enough of them are
 * more frequent than all other counters allow, they are the most frequent colours. That is so in
 * text and other drawings, and takes a third of a table's time; in noise and photographs, where
 * many colours are about as frequent, nothing is found. */
typedef struct FastcvColorSketch {
    FastcvSketchCounters counters; /* zero between calls */
    uint16_t hashes[FASTCV_SKETCH_MOST_PX];
} FastcvColorSketch;

/* Writes the *n most frequent of count colours, or all if there are fewer, into top, in order, and
 * sets *n to their number. count is from FASTCV_SKETCH_LEAST_PX to FASTCV_SKETCH_MOST_PX, and *n at
 * most FASTCV_SKETCH_MOST_TOP. Returns 0, and leaves *n, if that takes a table. */
int fastcv_color_sketch_find(FastcvColorSketch *sketch, const uint32_t *colors, size_t count,
                             FastcvColorCount *top, size_t *n);

#endif
