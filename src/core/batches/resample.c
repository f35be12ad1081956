#include "core/batches/resample.h"

#include <string.h>

#include "core/crop/engine.h"
#include "core/numbers.h"

enum { BAND_BYTES = 96 << 10 };

_Static_assert((int)FASTCV_RESAMPLE_OVERRUN >= (int)FASTCV_RESIZE_OVERRUN, "widen reads as much");

static size_t align(size_t bytes)
{
    return fastcv_round_up(bytes, FASTCV_WORKSPACE_ALIGNMENT);
}

/* ---- the memory ---- */

/* A word's sizes, and those of the parts of its memory. */
typedef struct Sizes {
    int source_width, source_height, width, height;
    int is_down_first;
    size_t x_bytes, y_bytes;
    size_t plane_bytes, result_bytes; /* of a target row */
    size_t row_bytes, rows_bytes;     /* of the band */
} Sizes;

static Sizes sizes_of(const FastcvPlacedWord *word, int channels)
{
    Sizes sizes = {.source_width = fastcv_word_width(word->word),
                   .source_height = fastcv_word_height(word->word),
                   .width = word->width_px,
                   .height = word->height_px};
    const int planes = channels == 1 ? 1 : FASTCV_TENSOR_CHANNELS;
    sizes.is_down_first = fastcv_resample_is_down_first(sizes.source_width, sizes.source_height,
                                                        sizes.width, sizes.height);
    sizes.x_bytes = align(fastcv_resample_axis_bytes(sizes.source_width, sizes.width));
    sizes.y_bytes = align(fastcv_resample_axis_bytes(sizes.source_height, sizes.height));
    sizes.plane_bytes = align((size_t)sizes.width + FASTCV_RESAMPLE_OVERRUN);
    sizes.result_bytes = (size_t)planes * sizes.plane_bytes;
    sizes.row_bytes =
        sizes.is_down_first
            ? align((size_t)sizes.source_width * (size_t)channels + FASTCV_RESAMPLE_OVERRUN)
            : sizes.result_bytes;
    sizes.rows_bytes =
        (size_t)fastcv_resample_most_reads(sizes.source_height, sizes.height) * sizes.row_bytes;
    sizes.rows_bytes = fastcv_larger(sizes.rows_bytes, BAND_BYTES);
    return sizes;
}

size_t fastcv_resampler_bytes(const FastcvPlacedWord *word)
{
    const Sizes sizes = sizes_of(word, fastcv_word_image(word->word)->channels);
    return sizes.x_bytes + sizes.y_bytes + sizes.row_bytes + sizes.result_bytes + sizes.rows_bytes;
}

FastcvResampler fastcv_resampler(const FastcvResampleKernels *kernels,
                                 const FastcvSourceRows *source, void *memory)
{
    const int channels = fastcv_source_rows_channels(source);
    const Sizes sizes = sizes_of(source->placed, channels);
    uint8_t *x = memory, *y = x + sizes.x_bytes, *line = y + sizes.y_bytes;
    return (FastcvResampler){
        .kernels = kernels,
        .x = fastcv_resample_axis(sizes.source_width, sizes.width, x),
        .y = fastcv_resample_axis(sizes.source_height, sizes.height, y),
        .channels = channels,
        .planes = channels == 1 ? 1 : FASTCV_TENSOR_CHANNELS,
        .is_down_first = sizes.is_down_first,
        .plane_bytes = (ptrdiff_t)sizes.plane_bytes,
        .line = line,
        .result = line + sizes.row_bytes,
        .rows = line + sizes.row_bytes + sizes.result_bytes,
        .stride_bytes = (ptrdiff_t)sizes.row_bytes,
        .most_rows = (int)(sizes.rows_bytes / sizes.row_bytes),
    };
}

/* ---- the passes ---- */

int fastcv_resampler_band(const FastcvResampler *resampler, int y, int count)
{
    const int32_t *first = resampler->y.first + y;
    int n = 1;
    while (n < count && first[n] + resampler->y.reads - first[0] <= resampler->most_rows)
        n++;
    return n;
}

/* Makes source rows first … last ready for the pass along y. */
static FastcvError ready_rows(const FastcvResampler *resampler, FastcvSourceRows *source, int first,
                              int last)
{
    const int most = fastcv_source_rows_most(source);
    uint8_t *out = resampler->rows;
    for (int row = first, end; row <= last; row = end) {
        end = last - row < most ? last + 1 : row + most;
        const FastcvError error = fastcv_source_rows_begin(source, row, end - 1);
        if (error.status)
            return error;
        for (int r = row; r < end; r++, out += resampler->stride_bytes) {
            const uint8_t *pixels = fastcv_source_rows_get(source, r);
            if (resampler->is_down_first)
                memcpy(out, pixels, (size_t)source->width_px * (size_t)resampler->channels);
            else
                resampler->kernels->across(&resampler->x, pixels, resampler->channels, out,
                                           resampler->plane_bytes);
        }
    }
    return (FastcvError){.status = FASTCV_OK};
}

/* Target row y, as planes. rows is the first of the rows that it is made of. */
static const uint8_t *resample_row(const FastcvResampler *resampler, int width_px, int y,
                                   const uint8_t *rows)
{
    const ptrdiff_t planes_bytes = (resampler->planes - 1) * resampler->plane_bytes;
    const int count = resampler->is_down_first ? width_px * resampler->channels
                                               : (int)planes_bytes + resampler->x.target_px;
    resampler->kernels->down(&resampler->y, y, rows, resampler->stride_bytes, count,
                             resampler->line);
    if (!resampler->is_down_first)
        return resampler->line;
    resampler->kernels->across(&resampler->x, resampler->line, resampler->channels,
                               resampler->result, resampler->plane_bytes);
    return resampler->result;
}

FastcvError fastcv_resampler_rows(const FastcvResampler *resampler,
                                  const FastcvResizeKernels *resize, FastcvSourceRows *source,
                                  int y, int count, int16_t *out, ptrdiff_t row_stride,
                                  ptrdiff_t plane_stride)
{
    const int32_t *first = resampler->y.first + y;
    const FastcvError error =
        ready_rows(resampler, source, first[0], first[count - 1] + resampler->y.reads - 1);
    if (error.status)
        return error;
    for (int i = 0; i < count; i++, out += row_stride) {
        const uint8_t *row =
            resample_row(resampler, source->width_px, y + i,
                         resampler->rows + (first[i] - first[0]) * resampler->stride_bytes);
        for (int c = 0; c < resampler->planes; c++)
            resize->widen(row + c * resampler->plane_bytes, resampler->x.target_px,
                          out + c * plane_stride);
    }
    return error;
}
