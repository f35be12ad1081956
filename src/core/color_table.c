#define _GNU_SOURCE
#include "core/color_table.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

enum {
    FIRST_CAPACITY = 1024,
    ALL_COLORS = 1 << 24,
    /* Of colours in a hash: about a first-level cache. Noise, with millions, took 115 ns a px in a
     * hash, and takes 9 to 17 in the bytes; a scan of 86,000 colours 5.4 and 3.5. */
    MOST_HASHED = 1 << 13,
    /* Clearing and walking the bytes takes 10 ms or more, which fewer pixels do not earn. */
    LEAST_PX_FOR_BYTES = 1 << 20,
    PART_SLOTS = 1 << 16,
    PART_BYTES = 1 << 18,
    WALK_COLORS = 64, /* looked at together */
    HUGE_PAGE_BYTES = 1 << 21
};

/* ---- the hash ---- */

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
    FastcvColorTable larger = *table;
    if (!larger.multiplier)
        larger.multiplier = random_multiplier(table);
    larger.capacity = table->capacity ? 2 * table->capacity : FIRST_CAPACITY;
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

static void add_to_hash(FastcvColorTable *table, uint32_t packed, uint64_t count)
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

/* ---- the bytes ---- */

/* Zeroed, on huge pages where there are any: with those of 4 KiB most additions miss the TLB. */
static uint8_t *allocate_bytes(void)
{
#ifdef MADV_HUGEPAGE
    const size_t room = ALL_COLORS + HUGE_PAGE_BYTES;
    uint8_t *start = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    const size_t before = -(uintptr_t)start & (HUGE_PAGE_BYTES - 1);
    if (before)
        munmap(start, before);
    munmap(start + before + ALL_COLORS, HUGE_PAGE_BYTES - before);
    madvise(start + before, ALL_COLORS, MADV_HUGEPAGE);
    return start + before;
#else
    return calloc(ALL_COLORS, 1);
#endif
}

static void free_bytes(uint8_t *bytes)
{
#ifdef MADV_HUGEPAGE
    if (bytes)
        munmap(bytes, ALL_COLORS);
#else
    free(bytes);
#endif
}

static void add_to_bytes(FastcvColorTable *table, uint32_t packed, uint64_t count)
{
    uint64_t sum = table->bytes[packed] + count;
    table->bytes[packed] = (uint8_t)sum;
    if (sum >> 8)
        add_to_hash(table, packed, sum >> 8);
}

/* Where there is no memory for the bytes, the hash goes on growing. */
static void turn_to_bytes(FastcvColorTable *table)
{
    const FastcvColorTable hash = *table;
    table->most_hashed = SIZE_MAX; /* tried once */
    table->bytes = allocate_bytes();
    if (!table->bytes)
        return;
    table->slots = NULL;
    table->capacity = table->used = 0;
    for (size_t i = 0; i < hash.capacity; i++) {
        if (hash.slots[i].count)
            add_to_bytes(table, hash.slots[i].packed, hash.slots[i].count);
    }
    free(hash.slots);
}

void fastcv_color_table_add(FastcvColorTable *table, uint32_t packed, uint64_t count)
{
    if (table->bytes) {
        add_to_bytes(table, packed, count);
        return;
    }
    add_to_hash(table, packed, count);
    if (table->used == table->most_hashed)
        turn_to_bytes(table);
}

size_t fastcv_color_table_most_hashed(uint64_t pixels)
{
    return pixels < LEAST_PX_FOR_BYTES ? SIZE_MAX : MOST_HASHED;
}

void fastcv_color_table_free(FastcvColorTable *table)
{
    free(table->slots);
    free_bytes(table->bytes);
    *table = (FastcvColorTable){0};
}

/* ---- all threads' tables together ---- */

static void add_slots(FastcvColorTable *table, const FastcvColorTable *other,
                      void (*add)(FastcvColorTable *, uint32_t, uint64_t))
{
    for (size_t i = 0; i < other->capacity; i++) {
        if (other->slots[i].count)
            add(table, other->slots[i].packed, other->slots[i].count);
    }
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
    for (int i = 1; i < count; i++) {
        if (tables[i].bytes)
            add_slots(&tables[0], &tables[i], add_to_hash); /* of 256s, like ours */
        else
            add_slots(&tables[0], &tables[i], fastcv_color_table_add);
        tables[0].is_out_of_memory |= tables[i].is_out_of_memory;
        free(tables[i].slots);
        tables[i].slots = NULL;
        tables[i].capacity = 0;
    }
}

static size_t hash_parts(const FastcvColorTable *table)
{
    return (table->capacity + PART_SLOTS - 1) / PART_SLOTS;
}

size_t fastcv_color_tables_parts(const FastcvColorTable *tables)
{
    return hash_parts(tables) + (tables->bytes ? ALL_COLORS / PART_BYTES : 0);
}

/* A colour of the hash is done when its bytes have been added; they are taken away. */
static void walk_hash(FastcvColorTable *tables, int count, size_t part, FastcvColorVisitor *visitor)
{
    const size_t first = part * PART_SLOTS, last = first + PART_SLOTS;
    for (size_t i = first; i < last && i < tables->capacity; i++) {
        FastcvColorCount color = tables->slots[i];
        if (!color.count)
            continue;
        if (tables->bytes)
            color.count <<= 8;
        for (int t = 0; t < count; t++) {
            if (tables[t].bytes) {
                color.count += tables[t].bytes[color.packed];
                tables[t].bytes[color.packed] = 0;
            }
        }
        if (color.count >= visitor->at_least)
            visitor->visit(visitor->context, color);
    }
}

/* The rest: colours that no table has counted 256 of. */
static void walk_bytes(const FastcvColorTable *tables, int count, size_t part,
                       FastcvColorVisitor *visitor)
{
    const uint32_t first = (uint32_t)part * PART_BYTES, last = first + PART_BYTES;
    static const uint8_t none[WALK_COLORS];
    const uint64_t most_possible = UINT64_C(255) * (uint64_t)count;

    for (uint32_t block = first; block < last; block += WALK_COLORS) {
        if (visitor->at_least > most_possible)
            return;
        uint32_t sums[WALK_COLORS] = {0}, most = 0;
        for (int t = 0; t < count; t++) {
            const uint8_t *bytes = tables[t].bytes ? tables[t].bytes + block : none;
            for (int k = 0; k < WALK_COLORS; k++)
                sums[k] += bytes[k];
        }
        for (int k = 0; k < WALK_COLORS; k++)
            most = sums[k] > most ? sums[k] : most;
        if (most < visitor->at_least)
            continue;
        for (int k = 0; k < WALK_COLORS; k++) {
            if (sums[k] >= visitor->at_least)
                visitor->visit(visitor->context, (FastcvColorCount){sums[k], block + (uint32_t)k});
        }
    }
}

void fastcv_color_tables_walk(FastcvColorTable *tables, int count, size_t part,
                              FastcvColorVisitor *visitor)
{
    const size_t hashed = hash_parts(tables);
    if (part < hashed)
        walk_hash(tables, count, part, visitor);
    else
        walk_bytes(tables, count, part - hashed, visitor);
}
