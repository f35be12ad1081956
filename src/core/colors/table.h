/* Counts by packed colour: a hash while colours are few, a byte for each of the 2^24 colours once
 * they are many. */
#ifndef FASTCV_CORE_COLOR_TABLE_H
#define FASTCV_CORE_COLOR_TABLE_H

#include "core/colors/hash.h"
#include "kernels/runs/runs.h"

typedef struct FastcvColorTable {
    FastcvColorHash hash;
    size_t most_hashed; /* with as many colours the table turns to bytes, */
    int stops;          /* or stops counting, if this is set */
    int is_crowded;     /* it has stopped: additions are lost */
    /* If there are bytes, they hold counts modulo 256, and the hash holds the 256s. */
    uint8_t *bytes;
    int is_out_of_memory; /* once set, additions are lost */
} FastcvColorTable;

/* An empty table for an image of so many pixels, with room for the first additions. Returns 0 when
 * memory is refused; then there is nothing to free. */
int fastcv_color_table_init(FastcvColorTable *table, int64_t pixels);

/* Tells an empty table to stop once it has so many colours. */
void fastcv_color_table_stop_at(FastcvColorTable *table, size_t colors);

/* Adds count runs. */
void fastcv_color_table_add(FastcvColorTable *table, const FastcvRuns *runs, int count);

/* Adds count pixels, at most FASTCV_RUNS_PX, to a table that has bytes. Where runs are short, this
 * takes less time than finding them. */
void fastcv_color_table_add_pixels(FastcvColorTable *table, const uint32_t *colors, int count);

/* Adds a count to a colour. There must be room in the hash. */
static inline void fastcv_color_table_add_to_bytes(uint8_t *bytes, FastcvColorHash *hash,
                                                   uint32_t color, uint64_t count)
{
    const uint64_t sum = bytes[color] + count;
    bytes[color] = (uint8_t)sum;
    if (sum >> 8)
        fastcv_color_hash_add(hash, color, sum >> 8);
}

/* Adds what another table's hash holds. has_bytes says that it holds 256s. There must be room. */
void fastcv_color_table_add_hash(FastcvColorTable *table, const FastcvColorHash *hash,
                                 int has_bytes);

void fastcv_color_table_free(FastcvColorTable *table);

#endif
