/* A growing hash from packed colours to counts. */
#ifndef FASTCV_CORE_COLOR_TABLE_H
#define FASTCV_CORE_COLOR_TABLE_H

#include <stdalign.h>
#include <stddef.h>

#include "fastcv/colors.h"

/* Open addressing over a power of two of slots; a slot with count 0 is empty. All zero is a valid,
 * empty table. Threads have theirs side by side, so each has a cache line of its own: sharing one
 * made two threads slower than one (66 ms against 50 on a page of 86,000 colours). */
typedef struct FastcvColorTable {
    alignas(64) FastcvColorCount *slots;
    size_t capacity;
    size_t used;
    uint64_t multiplier;  /* of the hash */
    int is_out_of_memory; /* once set, additions are lost */
} FastcvColorTable;

/* count must be at least 1. */
void fastcv_color_table_add(FastcvColorTable *table, uint32_t packed, uint64_t count);

void fastcv_color_table_free(FastcvColorTable *table);

#endif
