#define _POSIX_C_SOURCE 200809L
#include "core/colors/hash.h"

#include <stdlib.h>
#include <string.h>
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

/* The least capacity for so many colours: at most half full, so that searches are short. */
static void set_capacity(FastcvColorHash *hash, size_t colors)
{
    hash->capacity = FIRST_CAPACITY;
    while (hash->capacity < 2 * colors)
        hash->capacity *= 2;
    hash->shift = 64;
    for (size_t slots = hash->capacity; slots > 1; slots /= 2)
        hash->shift--;
}

int fastcv_color_hash_reserve(FastcvColorHash *hash, size_t colors)
{
    if (2 * (hash->used + colors) <= hash->capacity)
        return 1;
    FastcvColorHash larger = {.used = hash->used};
    set_capacity(&larger, hash->used + colors);
    larger.multiplier = hash->multiplier ? hash->multiplier : random_multiplier(hash);
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

void fastcv_color_hash_restart(FastcvColorHash *hash, size_t colors)
{
    set_capacity(hash, colors);
    hash->used = 0;
    memset(hash->slots, 0, hash->capacity * sizeof *hash->slots);
}

void fastcv_color_hash_free(FastcvColorHash *hash)
{
    free(hash->slots);
    *hash = (FastcvColorHash){0};
}
