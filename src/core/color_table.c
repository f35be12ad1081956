#define _POSIX_C_SOURCE 200809L
#include "core/color_table.h"

#include <stdlib.h>
#include <time.h>

enum { FIRST_CAPACITY = 1024 };

/* Multiplicative hashing (Knuth, TAOCP vol. 3, 6.4): neighbouring colours land far apart. The
 * multiplier is another for every table: with one that is known, an image can be made whose 65,536
 * colours all meet in a few slots, and took 2.5 s where others take 5 ms. */
static uint64_t random_multiplier(const FastcvColorTable *table)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t seed = (uint64_t)now.tv_nsec ^ (uint64_t)(uintptr_t)table;
    seed = (seed ^ seed >> 30) * UINT64_C(0xBF58476D1CE4E5B9); /* splitmix64's finalizer */
    seed = (seed ^ seed >> 27) * UINT64_C(0x94D049BB133111EB);
    return (seed ^ seed >> 31) | 1;
}

static size_t slot_of(const FastcvColorTable *table, uint32_t packed)
{
    const size_t mask = table->capacity - 1;
    size_t slot = (size_t)((packed * table->multiplier) >> 32) & mask;
    while (table->slots[slot].count && table->slots[slot].packed != packed)
        slot = (slot + 1) & mask;
    return slot;
}

static int grow(FastcvColorTable *table)
{
    FastcvColorTable larger = {.capacity = table->capacity ? 2 * table->capacity : FIRST_CAPACITY,
                               .used = table->used,
                               .multiplier = table->multiplier};
    if (!larger.multiplier)
        larger.multiplier = random_multiplier(table);
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (!larger.slots)
        return 0;
    for (size_t i = 0; i < table->capacity; i++) {
        const FastcvColorCount *old = &table->slots[i];
        if (old->count)
            larger.slots[slot_of(&larger, old->packed)] = *old;
    }
    free(table->slots);
    *table = larger;
    return 1;
}

void fastcv_color_table_add(FastcvColorTable *table, uint32_t packed, uint64_t count)
{
    if (2 * table->used >= table->capacity && !grow(table)) {
        table->is_out_of_memory = 1;
        return;
    }
    FastcvColorCount *slot = &table->slots[slot_of(table, packed)];
    if (slot->count == 0)
        table->used++;
    slot->packed = packed;
    slot->count += count;
}

void fastcv_color_table_free(FastcvColorTable *table)
{
    free(table->slots);
    *table = (FastcvColorTable){0};
}
