#define _GNU_SOURCE
#include "core/memory/pages.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

size_t fastcv_pages_round(size_t bytes)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (bytes + page - 1) / page * page;
}

static void *map(size_t bytes)
{
    void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return start == MAP_FAILED ? NULL : start;
}

/* Huge pages make 2 MiB one page fault instead of 512. They need memory that begins at a multiple
 * of their size. */
void *fastcv_pages_map(size_t bytes)
{
#ifdef MADV_HUGEPAGE
    if (bytes >= FASTCV_HUGE_PAGE_BYTES) {
        char *start = map(bytes + FASTCV_HUGE_PAGE_BYTES);
        if (!start)
            return NULL;
        const size_t before = -(uintptr_t)start % FASTCV_HUGE_PAGE_BYTES;
        if (before)
            munmap(start, before);
        start += before;
        munmap(start + bytes, FASTCV_HUGE_PAGE_BYTES - before);
        madvise(start, bytes, MADV_HUGEPAGE);
        return start;
    }
#endif
    return map(bytes);
}

/* Linux keeps a huge page whole until memory runs short, even when most of it is unmapped.
 * MADV_FREE of a part splits it at once (madvise_free_huge_pmd in mm/huge_memory.c), so that the
 * part is free for others.
 *
 * Unmapping the middle of a mapping splits that, too. Linux refuses when a process has 65,530
 * mappings already; then only the address range is lost. */
void fastcv_pages_unmap(void *start, size_t bytes)
{
#if defined(MADV_HUGEPAGE) && defined(MADV_FREE)
    if (bytes % FASTCV_HUGE_PAGE_BYTES)
        madvise(start, bytes, MADV_FREE);
#endif
    if (munmap(start, bytes) != 0)
        madvise(start, bytes, MADV_DONTNEED);
}

void fastcv_pages_offer(void *start, size_t bytes)
{
#ifdef MADV_FREE
    madvise(start, bytes, MADV_FREE);
#else
    (void)start, (void)bytes;
#endif
}
