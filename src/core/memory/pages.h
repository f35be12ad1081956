/* Memory from the system, in whole pages. Nothing else in fastcv maps memory. */
#ifndef FASTCV_CORE_PAGES_H
#define FASTCV_CORE_PAGES_H

#include <stddef.h>

/* bytes, rounded up to whole pages. At most SIZE_MAX / 2. */
size_t fastcv_pages_round(size_t bytes);

/* Zeroed memory, or NULL when the system refuses. bytes must be whole pages. From 2 MiB on, the
 * memory is on huge pages where the system has them. */
void *fastcv_pages_map(size_t bytes);

/* Gives back any whole pages of what was mapped: a mapping may go back in parts. */
void fastcv_pages_unmap(void *start, size_t bytes);

/* Lets the system take these pages when memory runs short, until they are written again. Their
 * content is lost, now or later. start and bytes are multiples of FASTCV_HUGE_PAGE_BYTES: a part of
 * a huge page would split it. */
enum { FASTCV_HUGE_PAGE_BYTES = 2 << 20 };
void fastcv_pages_offer(void *start, size_t bytes);

#endif
