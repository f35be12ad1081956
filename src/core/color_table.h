/* Counts by packed colour: a growing hash while colours are few, a table of all 2^24 beyond. */
#ifndef FASTCV_CORE_COLOR_TABLE_H
#define FASTCV_CORE_COLOR_TABLE_H

#include <stdalign.h>
#include <stddef.h>

#include "fastcv/colors.h"

/* Empty when all is zero but most_hashed. Threads have theirs side by side, so each has a cache
 * line of its own: sharing one made two threads slower than one (66 ms against 50 on a page of
 * 86,000 colours). */
typedef struct FastcvColorTable {
    /* The hash: open addressing over a power of two of slots; one with count 0 is empty. */
    alignas(64) FastcvColorCount *slots;
    size_t capacity;
    size_t used;
    uint64_t multiplier;
    size_t most_hashed; /* colours; with as many, the table turns to bytes */
    /* Once there are bytes, one a colour, they hold counts modulo 256 and the hash their 256s. */
    uint8_t *bytes;
    int is_out_of_memory; /* once set, additions are lost */
} FastcvColorTable;

/* What most_hashed is best for an image of so many pixels. */
size_t fastcv_color_table_most_hashed(uint64_t pixels);

/* count must be at least 1. */
void fastcv_color_table_add(FastcvColorTable *table, uint32_t packed, uint64_t count);

void fastcv_color_table_free(FastcvColorTable *table);

/* What a walk does with each colour. It sees those with counts of at_least and more, which it may
 * raise as it goes. */
typedef struct FastcvColorVisitor {
    void (*visit)(void *context, FastcvColorCount color);
    void *context;
    uint64_t at_least; /* at least 1 */
} FastcvColorVisitor;

/* Joins count tables for walking: from now on they are one, in several pieces, and nothing can be
 * added. */
void fastcv_color_tables_join(FastcvColorTable *tables, int count);

/* Walks joined tables in parts, so that whoever walks can stop in between. Every part is walked
 * once, in order. */
size_t fastcv_color_tables_parts(const FastcvColorTable *tables);
void fastcv_color_tables_walk(FastcvColorTable *tables, int count, size_t part,
                              FastcvColorVisitor *visitor);

#endif
