/* From the two maps of CRAFT (Baek et al., 2019) to boxes, as EasyOCR finds them. */
#ifndef FASTCV_CRAFT_H
#define FASTCV_CRAFT_H

#include <stdint.h>

#include "fastcv/image.h"
#include "fastcv/quad.h"
#include "fastcv/threads.h"

typedef struct FastcvCraftRules {
    float low_text;          /* values of the region map above it are text */
    float link_threshold;    /* values of the link map above it join text */
    float text_threshold;    /* words without a region value of at least this are dropped */
    double scale_x, scale_y; /* from px of the maps to px of the page */
} FastcvCraftRules;

typedef struct FastcvCraftWords {
    FastcvQuad *quads; /* clockwise, from the corner with the least x + y on */
    int32_t *labels;   /* cv2.connectedComponents' label of each word */
    ptrdiff_t count;
} FastcvCraftWords;

/* The maps are float32 with one channel, and as large as fastcv_detect's at most. Both have one
 * size. The result does not depend on the number of threads. On success the caller frees *words. */
FastcvStatus fastcv_craft(const FastcvImage *region, const FastcvImage *link,
                          const FastcvCraftRules *rules, FastcvPool pool, FastcvCraftWords *words);
void fastcv_craft_words_free(FastcvCraftWords *words);

#endif
