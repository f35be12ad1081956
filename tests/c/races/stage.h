/* The calls around OCR's networks, for check_races.c: what several threads get at once is what one
 * got alone. */
#ifndef FASTCV_RACES_STAGE_H
#define FASTCV_RACES_STAGE_H

#include <stdint.h>

#include "fastcv/threads.h"

/* Makes the inputs from these random bits, and what is expected by one thread. Returns 0 if a call
 * failed. */
int stage_prepare(uint64_t (*random_bits)(uint64_t *state), uint64_t *state);

/* They return NULL, or what is wrong. */
const char *stage_detect(FastcvPool pool);
const char *stage_decode(FastcvPool pool);

#endif
