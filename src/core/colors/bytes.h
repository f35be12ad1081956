/* A byte for each of the 2^24 colours. The memory pool keeps such tables from call to call: fresh
 * memory takes longer than everything that is done with it. Any thread may call. */
#ifndef FASTCV_CORE_COLOR_BYTES_H
#define FASTCV_CORE_COLOR_BYTES_H

#include <stdint.h>

enum { FASTCV_ALL_COLORS = 1 << 24 };

/* A table that is all zero, or NULL when memory is refused. */
uint8_t *fastcv_color_bytes_take(void);

/* Gives back a table that is all zero again, for a later call. */
void fastcv_color_bytes_give_back(uint8_t *bytes);

/* Frees a table with any content. NULL is allowed. */
void fastcv_color_bytes_drop(uint8_t *bytes);

#endif
