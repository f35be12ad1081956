#include "core/colors/table.h"

#include "core/colors/bytes.h"

enum {
    /* Colours in a hash: 64 KiB. A photo of 2^19 px took 16 ms in a hash that went on growing, and
     * takes 1.7 ms with bytes. */
    MOST_HASHED = 1 << 12,
    /* Clearing and walking the bytes takes 1 ms, or 2 to 10 ms in fresh memory. Counting fewer
     * pixels does not gain as much. */
    LEAST_PX_FOR_BYTES = 1 << 17,
    AHEAD = 32 /* runs: in noise, every addition to the bytes misses the first two caches */
};

int fastcv_color_table_init(FastcvColorTable *table, int64_t pixels)
{
    *table =
        (FastcvColorTable){.most_hashed = pixels < LEAST_PX_FOR_BYTES ? SIZE_MAX : MOST_HASHED};
    const size_t runs = pixels < FASTCV_RUNS_PX ? (size_t)pixels : FASTCV_RUNS_PX;
    return fastcv_color_hash_reserve(&table->hash, runs);
}

void fastcv_color_table_stop_at(FastcvColorTable *table, size_t colors)
{
    table->most_hashed = colors;
    table->stops = 1;
}

void fastcv_color_table_add_hash(FastcvColorTable *table, const FastcvColorHash *hash,
                                 int has_bytes)
{
    for (size_t i = 0; i < hash->capacity; i++) {
        const uint32_t color = fastcv_slot_color(hash->slots[i]);
        const uint64_t count = fastcv_slot_count(hash->slots[i]);
        if (count && table->bytes && !has_bytes)
            fastcv_color_table_add_to_bytes(table->bytes, &table->hash, color, count);
        else if (count)
            fastcv_color_hash_add(&table->hash, color, count);
    }
}

/* If memory for the bytes is refused, the hash goes on growing. */
static void turn_to_bytes(FastcvColorTable *table)
{
    table->most_hashed = SIZE_MAX; /* tried once */
    FastcvColorTable turned = *table;
    turned.hash = (FastcvColorHash){0};
    turned.bytes = fastcv_color_bytes_take();
    if (!turned.bytes)
        return;
    if (!fastcv_color_hash_reserve(&turned.hash, table->hash.used)) {
        fastcv_color_bytes_give_back(turned.bytes);
        return;
    }
    fastcv_color_table_add_hash(&turned, &table->hash, 0);
    fastcv_color_hash_free(&table->hash);
    *table = turned;
}

/* The two loops work on a copy of the hash. Otherwise the compiler must assume that every store
 * changes it. */

static void add_runs_to_bytes(FastcvColorTable *table, const FastcvRuns *runs, int count)
{
    FastcvColorHash hash = table->hash;
    uint8_t *const bytes = table->bytes;
    int k = 0;
    for (; k < count - AHEAD; k++) {
        __builtin_prefetch(&bytes[runs->color[k + AHEAD]], 1);
        fastcv_color_table_add_to_bytes(bytes, &hash, runs->color[k], runs->length[k]);
    }
    for (; k < count; k++)
        fastcv_color_table_add_to_bytes(bytes, &hash, runs->color[k], runs->length[k]);
    table->hash = hash;
}

/* Four at a time, with one branch. */
static void add_pixels_to_bytes(FastcvColorTable *table, const uint32_t *colors, int count)
{
    FastcvColorHash hash = table->hash;
    uint8_t *const bytes = table->bytes;
    int k = 0;
    for (; k + 4 <= count; k += 4) {
        const uint8_t a = ++bytes[colors[k]], b = ++bytes[colors[k + 1]];
        const uint8_t c = ++bytes[colors[k + 2]], d = ++bytes[colors[k + 3]];
        if (__builtin_expect(!a | !b | !c | !d, 0)) {
            const uint8_t sums[] = {a, b, c, d};
            for (int i = 0; i < 4; i++) {
                if (sums[i] == 0)
                    fastcv_color_hash_add(&hash, colors[k + i], 1);
            }
        }
    }
    for (; k < count; k++)
        fastcv_color_table_add_to_bytes(bytes, &hash, colors[k], 1);
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
    if (table->hash.used >= table->most_hashed) {
        if (table->stops) {
            table->is_crowded = 1;
            return;
        }
        turn_to_bytes(table);
    }
    if (!fastcv_color_hash_reserve(&table->hash, (size_t)count))
        table->is_out_of_memory = 1;
    else if (table->bytes)
        add_runs_to_bytes(table, runs, count);
    else
        add_runs_to_hash(table, runs, count);
}

void fastcv_color_table_add_pixels(FastcvColorTable *table, const uint32_t *colors, int count)
{
    if (!fastcv_color_hash_reserve(&table->hash, (size_t)count))
        table->is_out_of_memory = 1;
    else
        add_pixels_to_bytes(table, colors, count);
}

void fastcv_color_table_free(FastcvColorTable *table)
{
    fastcv_color_hash_free(&table->hash);
    fastcv_color_bytes_drop(table->bytes);
    table->bytes = NULL;
}
