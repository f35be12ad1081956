/* One component of CRAFT's maps on its way to a box. */
#ifndef FASTCV_CORE_DETECT_CRAFT_BOX_H
#define FASTCV_CORE_DETECT_CRAFT_BOX_H

#include "core/detect/components.h"
#include "fastcv/craft.h"

/* A component's text in one row; what only links is no text. */
typedef struct FastcvTextRow {
    int32_t start, end; /* x of the first pixel, and after the last; end is 0 without text */
    int32_t is_strong;  /* some value of the component reaches the text threshold */
} FastcvTextRow;

/* What one thread needs for maps of this size. */
size_t fastcv_craft_scratch_bytes(int32_t width_px, int32_t height_px);

/* rows are the component's, from its top on. map has the maps' size. Without text all corners are
 * (0, 0), as in EasyOCR. Call in the mode of float_mode.h. */
FastcvQuad fastcv_craft_box(const FastcvComponent *component, const FastcvTextRow *rows,
                            const FastcvMask *map, const FastcvCraftRules *rules, void *scratch);

#endif
