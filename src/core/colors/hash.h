/* Counts by packed colour, in a hash that grows. */
#ifndef FASTCV_CORE_COLOR_HASH_H
#define FASTCV_CORE_COLOR_HASH_H

#include <stddef.h>
#include <stdint.h>

/* A slot holds the colour in its upper bits and the count in its lower bits. The count is 0 only in
 * an empty slot. With 8 bytes a slot, the hash of a scan's colours fits a second-level cache. */
enum { FASTCV_COUNT_BITS = 40 }; /* FASTCV_COUNTED_PX allows no more */

/* Empty when all is zero. */

typedef struct FastcvColorHash {
    uint64_t *slots; /* open addressing */
    size_t capacity; /* slots: a power of two */
    size_t used;
    uint64_t multiplier;
    int shift; /* 64 − log2(capacity) */
} FastcvColorHash;

static inline uint32_t fastcv_slot_color(uint64_t slot)
{
    return (uint32_t)(slot >> FASTCV_COUNT_BITS);
}

static inline uint64_t fastcv_slot_count(uint64_t slot)
{
    return slot & ((UINT64_C(1) << FASTCV_COUNT_BITS) - 1);
}

/* Makes room for so many more colours. Returns 0 and changes nothing when memory is refused. */
int fastcv_color_hash_reserve(FastcvColorHash *hash, size_t colors);

/* Empties the hash, and leaves it no larger than so many colours need: that is what emptying and
 * walking it take. As many must have been reserved before. */
void fastcv_color_hash_restart(FastcvColorHash *hash, size_t colors);

void fastcv_color_hash_free(FastcvColorHash *hash);

/* The colour's slot, or the empty slot where it belongs. There must be room. */
static inline uint64_t *fastcv_color_hash_find(const FastcvColorHash *hash, uint32_t color)
{
    size_t i = (size_t)(color * hash->multiplier >> hash->shift);
    while (hash->slots[i] && fastcv_slot_color(hash->slots[i]) != color)
        i = (i + 1) & (hash->capacity - 1);
    return &hash->slots[i];
}

/* There must be room. count must be at least 1, and a colour's sum below 2^FASTCV_COUNT_BITS. */
static inline void fastcv_color_hash_add(FastcvColorHash *hash, uint32_t color, uint64_t count)
{
    uint64_t *slot = fastcv_color_hash_find(hash, color);
    if (*slot) {
        *slot += count;
    } else {
        *slot = (uint64_t)color << FASTCV_COUNT_BITS | count;
        hash->used++;
    }
}

#endif
