/* A byte for each of the 2^24 colours, kept from call to call: fresh memory costs more than all
 * else that is done with it. */
#ifndef FASTCV_CORE_COLOR_BYTES_H
#define FASTCV_CORE_COLOR_BYTES_H

#include <stdint.h>

enum { FASTCV_ALL_COLORS = 1 << 24 };

/* All zero, or NULL when memory is refused. */
uint8_t *fastcv_color_bytes_take(void);

/* Gives back bytes that are all zero again, for a later call. Any thread may, at any time; a forked
 * child inherits what is kept. */
void fastcv_color_bytes_give(uint8_t *bytes);

/* Frees them instead. They may be anything, NULL too. */
void fastcv_color_bytes_free(uint8_t *bytes);

#endif
