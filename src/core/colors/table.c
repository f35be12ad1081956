#include "core/colors/table.h"

#include <string.h>

#include "core/colors/bytes.h"

enum {
    /* Of colours in a hash: 64 KiB. A photo of 2^19 px took 16 ms in a hash that grew on, and takes
     * 1.7 with the bytes. */
    MOST_HASHED = 1 << 12,
    /* Clearing and walking the bytes takes 1 ms, or 2 to 10 where they are fresh memory, which
     * fewer pixels do not earn. */
    LEAST_PX_FOR_BYTES = 1 << 17,
    AHEAD = 32, /* runs: of noise, every addition to the bytes misses the first two caches */
    PART_SLOTS = 1 << 16,
    PART_BYTES = 1 << 16,
    BLOCK_BYTES = 64 /* looked at together */
};

size_t fastcv_color_table_most_hashed(int64_t pixels)
{
    return pixels < LEAST_PX_FOR_BYTES ? SIZE_MAX : MOST_HASHED;
}

/* There must be room in the hash. */
static inline void add_to_bytes(uint8_t *bytes, FastcvColorHash *hash, uint32_t color,
                                uint64_t count)
{
    const uint64_t sum = bytes[color] + count;
    bytes[color] = (uint8_t)sum;
    if (sum >> 8)
        fastcv_color_hash_add(hash, color, sum >> 8);
}

/* There must be room in the table's hash; each hash counts what its own table's does. */
static void add_slots(FastcvColorTable *table, const FastcvColorHash *hash, int has_bytes)
{
    for (size_t i = 0; i < hash->capacity; i++) {
        const uint32_t color = fastcv_slot_color(hash->slots[i]);
        const uint64_t count = fastcv_slot_count(hash->slots[i]);
        if (count && table->bytes && !has_bytes)
            add_to_bytes(table->bytes, &table->hash, color, count);
        else if (count)
            fastcv_color_hash_add(&table->hash, color, count);
    }
}

/* Where there is no memory for the bytes, the hash goes on growing. */
static void turn_to_bytes(FastcvColorTable *table)
{
    table->most_hashed = SIZE_MAX; /* tried once */
    FastcvColorTable turned = *table;
    turned.hash = (FastcvColorHash){0};
    turned.bytes = fastcv_color_bytes_take();
    if (!turned.bytes)
        return;
    if (!fastcv_color_hash_reserve(&turned.hash, table->hash.used)) {
        fastcv_color_bytes_give(turned.bytes);
        return;
    }
    add_slots(&turned, &table->hash, 0);
    fastcv_color_hash_free(&table->hash);
    *table = turned;
}

/* The two loops work on a copy of the hash: else every store might change it, to the compiler. */

static void add_runs_to_bytes(FastcvColorTable *table, const FastcvRuns *runs, int count)
{
    FastcvColorHash hash = table->hash;
    uint8_t *const bytes = table->bytes;
    int k = 0;
    for (; k < count - AHEAD; k++) {
        __builtin_prefetch(&bytes[runs->color[k + AHEAD]], 1);
        add_to_bytes(bytes, &hash, runs->color[k], runs->length[k]);
    }
    for (; k < count; k++)
        add_to_bytes(bytes, &hash, runs->color[k], runs->length[k]);
    table->hash = hash;
}

static void add_runs_to_hash(FastcvColorTable *table, const FastcvRuns *runs, int count)
{
    FastcvColorHash hash = table->hash;
    for (int k = 0; k < count; k++)
        fastcv_color_hash_add(&hash, runs->color[k], runs->length[k]);
    table->hash = hash;
}

void fastcv_color_table_add(FastcvColorTable *table, const FastcvRuns *runs, int count)
{
    if (table->hash.used >= table->most_hashed)
        turn_to_bytes(table);
    if (!fastcv_color_hash_reserve(&table->hash, (size_t)count))
        table->is_out_of_memory = 1;
    else if (table->bytes)
        add_runs_to_bytes(table, runs, count);
    else
        add_runs_to_hash(table, runs, count);
}

void fastcv_color_table_free(FastcvColorTable *table)
{
    fastcv_color_hash_free(&table->hash);
    fastcv_color_bytes_free(table->bytes);
    table->bytes = NULL;
}

/* ---- all threads' tables together ---- */

static void join_one(FastcvColorTable *table, FastcvColorTable *other)
{
    table->is_out_of_memory |= other->is_out_of_memory;
    if (!fastcv_color_hash_reserve(&table->hash, other->hash.used))
        table->is_out_of_memory = 1;
    else
        add_slots(table, &other->hash, other->bytes != NULL);
    fastcv_color_hash_free(&other->hash);
}

/* Afterwards the first table's hash is everybody's, and the others hold at most bytes. */
void fastcv_color_tables_join(FastcvColorTable *tables, int count)
{
    for (int i = 1; i < count && !tables[0].bytes; i++) {
        if (tables[i].bytes) { /* let the first be one that has them */
            FastcvColorTable first = tables[0];
            tables[0] = tables[i];
            tables[i] = first;
        }
    }
    for (int i = 1; i < count; i++)
        join_one(&tables[0], &tables[i]);
}

size_t fastcv_color_tables_hash_parts(const FastcvColorTable *tables)
{
    return (tables->hash.capacity + PART_SLOTS - 1) / PART_SLOTS;
}

/* What all bytes hold of a colour. They are taken away: with them the colour is done. */
static uint64_t take_from_bytes(const FastcvColorTable *tables, int count, uint32_t packed)
{
    uint64_t sum = 0;
    for (int t = 0; t < count; t++) {
        if (tables[t].bytes) {
            sum += tables[t].bytes[packed];
            tables[t].bytes[packed] = 0;
        }
    }
    return sum;
}

/* Empty slots are offered as counts of 0: to tell them apart before would be a branch that cannot
 * be foreseen. */
void fastcv_color_tables_walk_hash(FastcvColorTable *tables, int count, size_t part,
                                   FastcvTopColors *top)
{
    const FastcvColorHash *hash = &tables->hash;
    const size_t first = part * PART_SLOTS, last = first + PART_SLOTS;
    for (size_t i = first; i < last && i < hash->capacity; i++) {
        const uint32_t packed = fastcv_slot_color(hash->slots[i]);
        uint64_t sum = fastcv_slot_count(hash->slots[i]);
        if (tables->bytes && sum)
            sum = (sum << 8) + take_from_bytes(tables, count, packed);
        if (fastcv_top_colors_want(top, sum, packed))
            fastcv_top_colors_offer(top, (FastcvColorCount){sum, packed});
    }
}

size_t fastcv_color_tables_byte_parts(const FastcvColorTable *tables)
{
    return tables->bytes ? FASTCV_ALL_COLORS / PART_BYTES : 0;
}

static uint8_t largest(const uint8_t *bytes)
{
    uint8_t most = 0;
    for (int k = 0; k < BLOCK_BYTES; k++)
        most = bytes[k] > most ? bytes[k] : most;
    return most;
}

static void offer_block(const FastcvColorTable *tables, int count, uint32_t first,
                        FastcvTopColors *top)
{
    for (uint32_t packed = first; packed < first + BLOCK_BYTES; packed++) {
        uint64_t sum = 0;
        for (int t = 0; t < count; t++)
            sum += tables[t].bytes ? tables[t].bytes[packed] : 0;
        if (fastcv_top_colors_want(top, sum, packed))
            fastcv_top_colors_offer(top, (FastcvColorCount){sum, packed});
    }
}

/* The rest: colours that no table has counted 256 of. */
void fastcv_color_tables_walk_bytes(FastcvColorTable *tables, int count, size_t part,
                                    FastcvTopColors *top)
{
    const uint32_t first = (uint32_t)part * PART_BYTES, last = first + PART_BYTES;
    const uint64_t most_possible = UINT64_C(255) * (uint64_t)count;

    for (uint32_t block = first;
         block < last && fastcv_top_colors_want(top, most_possible, last - 1);
         block += BLOCK_BYTES) {
        uint64_t bound = 0;
        for (int t = 0; t < count; t++)
            bound += tables[t].bytes ? largest(tables[t].bytes + block) : 0;
        if (fastcv_top_colors_want(top, bound, block + BLOCK_BYTES - 1))
            offer_block(tables, count, block, top);
    }
    for (int t = 0; t < count; t++) {
        if (tables[t].bytes)
            memset(tables[t].bytes + first, 0, PART_BYTES);
    }
}

void fastcv_color_tables_give_bytes(FastcvColorTable *tables, int count)
{
    for (int t = 0; t < count; t++) {
        if (tables[t].bytes)
            fastcv_color_bytes_give(tables[t].bytes);
        tables[t].bytes = NULL;
    }
}
