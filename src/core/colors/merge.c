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

/* The count of the colour in a slot; 0 if the slot is empty. */
static inline uint64_t take_from_slot(const FastcvColorCounter *counters, int count, uint64_t slot)
{
    const uint64_t sum = fastcv_slot_count(slot);
    if (counters->table.bytes && sum)
        return (sum << 8) + take_from_bytes(counters, count, fastcv_slot_color(slot));
    return sum;
}

static size_t end_of_part(const FastcvColorHash *hash, size_t part)
{
    const size_t end = (part + 1) * PART_SLOTS;
    return end < hash->capacity ? end : hash->capacity;
}

/* Empty slots are offered as counts of 0. A test for them would be a branch that the CPU cannot
 * predict. */
void fastcv_color_counters_walk_hash(FastcvColorCounter *counters, int count, size_t part,
                                     FastcvTopColors *top)
{
    const FastcvColorHash *hash = &counters->table.hash;
    for (size_t i = part * PART_SLOTS; i < end_of_part(hash, part); i++) {
        const uint32_t packed = fastcv_slot_color(hash->slots[i]);
        const uint64_t sum = take_from_slot(counters, count, hash->slots[i]);
        if (fastcv_top_colors_want(top, sum, packed))
            fastcv_top_colors_offer(top, (FastcvColorCount){sum, packed});
    }
}

void fastcv_color_counters_bin_hash(FastcvColorCounter *counters, int count, size_t part,
                                    FastcvColorBins *bins)
{
    const FastcvColorHash *hash = &counters->table.hash;
    for (size_t i = part * PART_SLOTS; i < end_of_part(hash, part); i++) {
        const uint64_t sum = take_from_slot(counters, count, hash->slots[i]);
        if (sum)
            fastcv_color_bins_add(bins, fastcv_slot_color(hash->slots[i]), sum);
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

size_t fastcv_color_counters_byte_bin_parts(const FastcvColorCounter *counters,
                                            const FastcvColorBins *bins)
{
    return counters->table.bytes ? (size_t)1 << bins->bits : 0;
}

/* Adds 256 colours, which differ in red, to the bins of a value of blue and of green. */
static void add_reds(const FastcvColorCounter *counters, int count, uint32_t first, int shift,
                     FastcvColorBin *bins)
{
    for (uint32_t packed = first; packed < first + 256; packed++) {
        uint64_t sum = 0;
        for (int t = 0; t < count; t++)
            sum += counters[t].table.bytes ? counters[t].table.bytes[packed] : 0;
        if (sum)
            fastcv_color_bin_add(&bins[(packed & 255) >> shift], packed, sum);
    }
}

void fastcv_color_counters_walk_byte_bins(FastcvColorCounter *counters, int count, size_t part,
                                          const FastcvColorBins *bins, FastcvTopColors *top)
{
    const int shift = FASTCV_COLOR_BITS - bins->bits;
    const uint32_t side = UINT32_C(1) << shift, values = UINT32_C(1) << bins->bits;
    const uint32_t blue = (uint32_t)part << shift << 16;
    for (uint32_t green = 0; green < 256; green += side) {
        FastcvColorBin found[1 << (FASTCV_COLOR_BITS - 1)]; /* of 8 bits there are no bins */
        for (uint32_t i = 0; i < values; i++)
            found[i] = fastcv_color_bins_get(bins, blue | green << 8 | i << shift);
        for (uint32_t b = 0; b < side; b++) {
            for (uint32_t g = 0; g < side; g++)
                add_reds(counters, count, blue + (b << 16) + ((green + g) << 8), shift, found);
        }
        for (uint32_t i = 0; i < values; i++)
            fastcv_color_bin_offer(&found[i], top);
    }
    for (int t = 0; t < count; t++) {
        if (counters[t].table.bytes)
            memset(counters[t].table.bytes + blue, 0, (size_t)side << 16);
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
