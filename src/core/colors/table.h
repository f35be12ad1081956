/* Counts by packed colour: a hash while colours are few, a byte for each of all 2^24 beyond. */
#ifndef FASTCV_CORE_COLOR_TABLE_H
#define FASTCV_CORE_COLOR_TABLE_H

#include <stdalign.h>

#include "core/colors/hash.h"
#include "core/colors/top.h"
#include "kernels/runs/runs.h"

/* Empty when all is zero but most_hashed. Threads have theirs side by side, so each has a cache
 * line of its own: sharing one made two threads slower than one (66 ms against 50 on a page of
 * 86,000 colours). */
typedef struct FastcvColorTable {
    alignas(64) FastcvColorHash hash;
    size_t most_hashed; /* colours; with as many, the table turns to bytes */
    /* Once there are bytes, one a colour, they hold counts modulo 256 and the hash their 256s. */
    uint8_t *bytes;
    int is_out_of_memory; /* once set, additions are lost */
} FastcvColorTable;

/* What most_hashed is best for an image of so many pixels. */
size_t fastcv_color_table_most_hashed(int64_t pixels);

void fastcv_color_table_add(FastcvColorTable *table, const FastcvRuns *runs, int count);

void fastcv_color_table_free(FastcvColorTable *table);

/* Joins count tables for walking: from now on they are one, in several pieces, and nothing can be
 * added. */
void fastcv_color_tables_join(FastcvColorTable *tables, int count);

/* Walking offers all colours to top, in parts, so that whoever walks can stop in between. First
 * every part of the hash is walked once, one at a time; then every part of the bytes, several at
 * once if need be, which leaves the bytes zero. */
size_t fastcv_color_tables_hash_parts(const FastcvColorTable *tables);
void fastcv_color_tables_walk_hash(FastcvColorTable *tables, int count, size_t part,
                                   FastcvTopColors *top);
size_t fastcv_color_tables_byte_parts(const FastcvColorTable *tables);
void fastcv_color_tables_walk_bytes(FastcvColorTable *tables, int count, size_t part,
                                    FastcvTopColors *top);

/* After the last part: keeps the bytes for later calls. */
void fastcv_color_tables_give_bytes(FastcvColorTable *tables, int count);

#endif
