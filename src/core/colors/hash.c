#define _POSIX_C_SOURCE 200809L
#include "core/colors/hash.h"

#include <stdlib.h>
#include <time.h>

enum { FIRST_CAPACITY = 512 };

/* Multiplicative hashing (Knuth, TAOCP vol. 3, 6.4) puts neighbouring colours far apart. Every hash
 * has another multiplier: if the multiplier is known, an image can be made whose 65,536 colours all
 * share a few slots, which took 2.5 s instead of 5 ms. */
static uint64_t random_multiplier(const FastcvColorHash *hash)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t seed = (uint64_t)now.tv_nsec ^ (uint64_t)(uintptr_t)hash;
    seed = (seed ^ seed >> 30) * UINT64_C(0xBF58476D1CE4E5B9); /* splitmix64's finalizer */
    seed = (seed ^ seed >> 27) * UINT64_C(0x94D049BB133111EB);
    return (seed ^ seed >> 31) | 1;
}

int fastcv_color_hash_reserve(FastcvColorHash *hash, size_t colors)
{
    const size_t wanted =
        2 * (hash->used + colors); /* at most half full, so that searches are short */
    if (wanted <= hash->capacity)
        return 1;
    FastcvColorHash larger = {.capacity = FIRST_CAPACITY, .used = hash->used};
    while (larger.capacity < wanted)
        larger.capacity *= 2;
    larger.multiplier = hash->multiplier ? hash->multiplier : random_multiplier(hash);
    larger.shift = 64;
    for (size_t slots = larger.capacity; slots > 1; slots /= 2)
        larger.shift--;
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (!larger.slots)
        return 0;
    for (size_t i = 0; i < hash->capacity; i++) {
        if (hash->slots[i])
            *fastcv_color_hash_find(&larger, fastcv_slot_color(hash->slots[i])) = hash->slots[i];
    }
    free(hash->slots);
    *hash = larger;
    return 1;
}

void fastcv_color_hash_free(FastcvColorHash *hash)
{
    free(hash->slots);
    *hash = (FastcvColorHash){0};
}
