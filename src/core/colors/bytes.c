#define _GNU_SOURCE
#include "core/colors/bytes.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
    KEPT = 4, /* 64 MiB, where as many threads have needed them */
    HUGE_PAGE_BYTES = 1 << 21
};

/* Exchanged whole, without a lock that a fork could leave locked. */
static _Atomic(uint8_t *) kept[KEPT];

/* Zeroed, on huge pages where there are any: with those of 4 KiB most additions miss the TLB. */
static uint8_t *allocate(void)
{
#ifdef MADV_HUGEPAGE
    const size_t room = FASTCV_ALL_COLORS + HUGE_PAGE_BYTES;
    uint8_t *start = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    const size_t before = -(uintptr_t)start & (HUGE_PAGE_BYTES - 1);
    if (before)
        munmap(start, before);
    munmap(start + before + FASTCV_ALL_COLORS, HUGE_PAGE_BYTES - before);
    madvise(start + before, FASTCV_ALL_COLORS, MADV_HUGEPAGE);
    return start + before;
#else
    return calloc(FASTCV_ALL_COLORS, 1);
#endif
}

uint8_t *fastcv_color_bytes_take(void)
{
    for (int i = 0; i < KEPT; i++) {
        uint8_t *bytes = atomic_exchange(&kept[i], NULL);
        if (bytes)
            return bytes;
    }
    return allocate();
}

void fastcv_color_bytes_give(uint8_t *bytes)
{
    for (int i = 0; i < KEPT; i++) {
        uint8_t *nothing = NULL;
        if (atomic_compare_exchange_strong(&kept[i], &nothing, bytes))
            return;
    }
    fastcv_color_bytes_free(bytes);
}

void fastcv_color_bytes_free(uint8_t *bytes)
{
#ifdef MADV_HUGEPAGE
    if (bytes)
        munmap(bytes, FASTCV_ALL_COLORS);
#else
    free(bytes);
#endif
}
