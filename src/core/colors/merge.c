#include "core/colors/merge.h"

#include <string.h>

#include "core/colors/bytes.h"

enum {
    PART_SLOTS = 1 << 16,
    PART_BYTES = 1 << 16,
    BLOCK_BYTES = 64 /* looked at together */
};

static void join_one(FastcvColorTable *table, FastcvColorTable *other)
{
    table->is_out_of_memory |= other->is_out_of_memory;
    if (!fastcv_color_hash_reserve(&table->hash, other->hash.used))
        table->is_out_of_memory = 1;
    else
        fastcv_color_table_add_hash(table, &other->hash, other->bytes != NULL);
    fastcv_color_hash_free(&other->hash);
}

void fastcv_color_counters_join(FastcvColorCounter *counters, int count)
{
    FastcvColorTable *first = &counters[0].table;
    for (int i = 1; i < count && !first->bytes; i++) {
        if (counters[i].table.bytes) { /* the first table must have bytes if any has */
            const FastcvColorTable other = counters[i].table;
            counters[i].table = *first;
            *first = other;
        }
    }
    for (int i = 1; i < count; i++)
        join_one(first, &counters[i].table);
}

size_t fastcv_color_counters_hash_parts(const FastcvColorCounter *counters)
{
    return (counters->table.hash.capacity + PART_SLOTS - 1) / PART_SLOTS;
}

/* Takes a colour's counts out of all bytes, so that it is not offered twice. */
static uint64_t take_from_bytes(const FastcvColorCounter *counters, int count, uint32_t packed)
{
    uint64_t sum = 0;
    for (int t = 0; t < count; t++) {
        if (counters[t].table.bytes) {
            sum += counters[t].table.bytes[packed];
            counters[t].table.bytes[packed] = 0;
        }
    }
    return sum;
}

/* Empty slots are offered as counts of 0. A test for them would be a branch that the CPU cannot
 * predict. */
void fastcv_color_counters_walk_hash(FastcvColorCounter *counters, int count, size_t part,
                                     FastcvTopColors *top)
{
    const FastcvColorHash *hash = &counters->table.hash;
    const size_t first = part * PART_SLOTS, last = first + PART_SLOTS;
    for (size_t i = first; i < last && i < hash->capacity; i++) {
        const uint32_t packed = fastcv_slot_color(hash->slots[i]);
        uint64_t sum = fastcv_slot_count(hash->slots[i]);
        if (counters->table.bytes && sum)
            sum = (sum << 8) + take_from_bytes(counters, count, packed);
        if (fastcv_top_colors_want(top, sum, packed))
            fastcv_top_colors_offer(top, (FastcvColorCount){sum, packed});
    }
}

size_t fastcv_color_counters_byte_parts(const FastcvColorCounter *counters)
{
    return counters->table.bytes ? FASTCV_ALL_COLORS / PART_BYTES : 0;
}

static uint8_t largest(const uint8_t *bytes)
{
    uint8_t most = 0;
    for (int k = 0; k < BLOCK_BYTES; k++)
        most = bytes[k] > most ? bytes[k] : most;
    return most;
}

static void offer_block(const FastcvColorCounter *counters, int count, uint32_t first,
                        FastcvTopColors *top)
{
    for (uint32_t packed = first; packed < first + BLOCK_BYTES; packed++) {
        uint64_t sum = 0;
        for (int t = 0; t < count; t++)
            sum += counters[t].table.bytes ? counters[t].table.bytes[packed] : 0;
        if (fastcv_top_colors_want(top, sum, packed))
            fastcv_top_colors_offer(top, (FastcvColorCount){sum, packed});
    }
}

/* The colours that are left: no table has counted 256 pixels of them. */
void fastcv_color_counters_walk_bytes(FastcvColorCounter *counters, int count, size_t part,
                                      FastcvTopColors *top)
{
    const uint32_t first = (uint32_t)part * PART_BYTES, last = first + PART_BYTES;
    const uint64_t most_possible = UINT64_C(255) * (uint64_t)count;

    for (uint32_t block = first;
         block < last && fastcv_top_colors_want(top, most_possible, last - 1);
         block += BLOCK_BYTES) {
        uint64_t bound = 0;
        for (int t = 0; t < count; t++)
            bound += counters[t].table.bytes ? largest(counters[t].table.bytes + block) : 0;
        if (fastcv_top_colors_want(top, bound, block + BLOCK_BYTES - 1))
            offer_block(counters, count, block, top);
    }
    for (int t = 0; t < count; t++) {
        if (counters[t].table.bytes)
            memset(counters[t].table.bytes + first, 0, PART_BYTES);
    }
}

void fastcv_color_counters_give_back(FastcvColorCounter *counters, int count)
{
    for (int t = 0; t < count; t++) {
        if (counters[t].table.bytes)
            fastcv_color_bytes_give_back(counters[t].table.bytes);
        counters[t].table.bytes = NULL;
    }
}
