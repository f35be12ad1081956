#include "core/color_table.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 1024 };

/* Fibonacci hashing (Knuth, TAOCP vol. 3, 6.4): neighbouring colours land far apart. */
static size_t slot_of(const FastcvColorTable *table, uint32_t packed)
{
    const size_t mask = table->capacity - 1;
    size_t slot = (size_t)((packed * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & mask;
    while (table->slots[slot].count && table->slots[slot].packed != packed)
        slot = (slot + 1) & mask;
    return slot;
}

static int grow(FastcvColorTable *table)
{
    FastcvColorTable larger = {.capacity = table->capacity ? 2 * table->capacity : FIRST_CAPACITY,
                               .used = table->used};
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
