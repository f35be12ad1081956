/* One word's way into its place, on one thread. */
#ifndef FASTCV_CORE_BATCHES_WORD_H
#define FASTCV_CORE_BATCHES_WORD_H

#include "core/batches/format.h"
#include "kernels/gray/gray.h"
#include "kernels/resample/resample.h"

/* What a word's pixels are read from: its page, or the crop that exists. */
static inline const FastcvImage *fastcv_word_image(const FastcvWord *word)
{
    return word->engine ? word->engine->page : &word->pixels;
}

/* A call's writer: what all threads share, and how large the parts of a thread's workspace are. */
typedef struct FastcvWordWriter {
    const FastcvTensorFormat *format;
    const FastcvResizeKernels *kernels;
    const FastcvResampleKernels *resample; /* NULL with cv2's filter */
    const FastcvGrayKernels *gray;
    int is_streaming;
    int reads_after; /* bytes that kernels read beyond a source row */
    size_t cut_bytes, rows_bytes, line_bytes, axis_bytes, planes_bytes, taps_bytes;
} FastcvWordWriter;

/* Makes room for all words: ordinary words fit the second-level cache, wider ones get the two rows
 * that they need at least. */
FastcvWordWriter fastcv_word_writer(const FastcvTensorFormat *format, const FastcvPlacedWord *words,
                                    ptrdiff_t count, int is_streaming);

/* A thread's workspace; the memory must be a multiple of FASTCV_WORKSPACE_ALIGNMENT. */
size_t fastcv_word_workspace_bytes(const FastcvWordWriter *writer);
void fastcv_word_workspace_begin(void *workspace);

/* Writes target rows first … last − 1 and the padding beside them; the first and the last rows of a
 * word write what is above and below it too. next is a word that may come soon, or NULL. */
FastcvError fastcv_word_write(const FastcvWordWriter *writer, const FastcvPlacedWord *word,
                              int first, int last, const FastcvWord *next, void *workspace);

#endif
