/* A list of words: written in items, each a word or some rows of a large one. */
#include "fastcv/batches.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "core/batches/word.h"
#include "core/crop/engine.h"
#include "core/items.h"
#include "core/numbers.h"
#include "fastcv/slabs.h"

enum {
    ITEM_PX = 1 << 17,  /* read for a work item: small enough to stop after */
    THREAD_PX = 1 << 14 /* read or written by a thread: waking one takes 20 to 40 µs */
};

int32_t fastcv_word_width(const FastcvWord *word)
{
    return word->engine ? fastcv_geometry_width(&word->crop->geometry)
                        : (int32_t)word->pixels.width_px;
}

int32_t fastcv_word_height(const FastcvWord *word)
{
    return word->engine ? fastcv_geometry_height(&word->crop->geometry)
                        : (int32_t)word->pixels.height_px;
}

/* What a word costs: px that are cut, and px that are written. */
static int64_t pixels_of(const FastcvPlacedWord *word)
{
    return (int64_t)fastcv_word_width(word->word) * fastcv_word_height(word->word) +
           (int64_t)word->row_px * word->column_px;
}

static int rows_per_item(const FastcvPlacedWord *word)
{
    const int64_t rows = ITEM_PX * (int64_t)word->height_px / pixels_of(word);
    return (int)fastcv_clamp_int64(rows, 1, word->height_px);
}

typedef struct WriteRun {
    FastcvWordWriter writer;
    const FastcvPlacedWord **words; /* in the order in which they are written */
    ptrdiff_t count;
    int num_threads;
    FastcvSlab *slab;      /* what the loop needs, in one piece of memory … */
    void *memory;          /* … or this, if the pool has none */
    ptrdiff_t *first_item; /* of each word */
    char *workspaces;      /* one a thread */
    size_t workspace_bytes;
    FastcvError error;
    atomic_flag has_error;
} WriteRun;

static void write_item(void *context, ptrdiff_t item, int thread)
{
    WriteRun *run = context;
    const ptrdiff_t index = fastcv_owner_of_item(run->first_item, run->count, item);
    const FastcvPlacedWord *word = run->words[index];
    const FastcvPlacedWord *next =
        index + run->num_threads < run->count ? run->words[index + run->num_threads] : NULL;
    const int rows = rows_per_item(word);
    const int first = (int)(item - run->first_item[index]) * rows;
    const int last = fastcv_min_int(rows, word->height_px - first) + first;
    const FastcvError error =
        fastcv_word_write(&run->writer, word, first, last, next ? next->word : NULL,
                          run->workspaces + (size_t)thread * run->workspace_bytes);
    if (error.status && !atomic_flag_test_and_set(&run->has_error))
        run->error = error;
}

/* Numbers the items, word after word. Returns how many there are. */
static ptrdiff_t number_items(WriteRun *run)
{
    ptrdiff_t items = 0;
    for (ptrdiff_t i = 0; i < run->count; i++) {
        const FastcvPlacedWord *word = run->words[i];
        run->first_item[i] = items;
        items += (word->height_px - 1) / rows_per_item(word) + 1;
    }
    return items;
}

static int compare_sources(const void *left, const void *right)
{
    const FastcvPlacedWord *const *a = left, *const *b = right;
    return ((*a)->word > (*b)->word) - ((*a)->word < (*b)->word);
}

/* Boxes mostly follow each other on the page: in their order, words find parts of it in the caches.
 * A batch has words from all over the page. */
static void sort_words(WriteRun *run, const FastcvPlacedWord *words)
{
    for (ptrdiff_t i = 0; i < run->count; i++)
        run->words[i] = &words[i];
    qsort(run->words, (size_t)run->count, sizeof *run->words, compare_sources);
}

/* From the pool: malloc would map a workspace anew in every call, and writing to fresh memory takes
 * longer than a batch of bytes. Returns 0 if there is no memory. */
static int allocate(WriteRun *run, int num_threads)
{
    const size_t alignment = FASTCV_WORKSPACE_ALIGNMENT;
    const size_t index_bytes = (size_t)run->count * (sizeof *run->first_item + sizeof *run->words);
    run->workspace_bytes = fastcv_word_workspace_bytes(&run->writer);
    if (run->workspace_bytes > (SIZE_MAX - index_bytes - alignment) / (size_t)num_threads)
        return 0;
    const size_t bytes = index_bytes + alignment + (size_t)num_threads * run->workspace_bytes;
    run->slab = fastcv_slab_take(bytes);
    run->memory = run->slab ? NULL : malloc(bytes);
    char *memory = run->slab ? fastcv_slab_room(run->slab) : run->memory;
    if (!memory)
        return 0;
    run->first_item = (ptrdiff_t *)memory;
    run->words = (const FastcvPlacedWord **)(run->first_item + run->count);
    run->workspaces = memory + index_bytes;
    run->workspaces += -(uintptr_t)run->workspaces % alignment;
    for (int t = 0; t < num_threads; t++)
        fastcv_word_workspace_begin(run->workspaces + (size_t)t * run->workspace_bytes);
    return 1;
}

static void release(WriteRun *run)
{
    if (run->slab)
        fastcv_slab_give_back(run->slab);
    free(run->memory);
}

FastcvError fastcv_words_write(const FastcvTensorFormat *format, const FastcvPlacedWord *words,
                               ptrdiff_t count, int is_streaming, FastcvPool pool)
{
    WriteRun run = {.writer = fastcv_word_writer(format, words, count, is_streaming),
                    .count = count,
                    .has_error = ATOMIC_FLAG_INIT};
    int64_t pixels = 0;
    for (ptrdiff_t i = 0; i < count; i++)
        pixels += pixels_of(&words[i]);
    pool.num_threads = fastcv_worthwhile_threads(pixels, THREAD_PX, pool.num_threads);

    run.num_threads = pool.num_threads;
    if (!allocate(&run, pool.num_threads))
        return (FastcvError){.status = FASTCV_ERR_MEMORY};
    sort_words(&run, words);
    const FastcvLoop loop = {write_item, &run, number_items(&run)};
    const FastcvStatus status = fastcv_run(loop, pool);
    if (status)
        run.error = (FastcvError){.status = status};
    release(&run);
    return run.error;
}
