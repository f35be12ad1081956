#include "core/batches/source_rows.h"

#include <limits.h>
#include <string.h>

#include "core/crop/engine.h"
#include "core/numbers.h"

static int is_upside_down(const FastcvSourceRows *source)
{
    return source->placed->is_upside_down;
}

static ptrdiff_t row_bytes(const FastcvSourceRows *source)
{
    return (ptrdiff_t)source->width_px * source->channels;
}

/* Where the memory that rows are read from ends: with the last row's last pixel. */
static const uint8_t *end_of(const FastcvImage *image)
{
    return image->pixels + (image->height_px - 1) * image->stride_bytes +
           image->width_px * image->channels;
}

FastcvSourceRows fastcv_source_rows(const FastcvWordWriter *writer, const FastcvPlacedWord *placed,
                                    void *workspace)
{
    const FastcvWord *word = placed->word;
    const FastcvImage *image = fastcv_word_image(word);
    FastcvSourceRows source = {
        .placed = placed,
        .width_px = fastcv_word_width(word),
        .height_px = fastcv_word_height(word),
        .channels = image->channels,
        .is_gray = writer->format->spec.is_gray && image->channels > 1,
        .reads_after = writer->reads_after,
        .end = end_of(image),
        .gray = writer->gray,
        .cut_workspace = workspace,
        .rows = (uint8_t *)workspace + writer->cut_bytes,
        .rows_bytes = writer->rows_bytes,
        .line = (uint8_t *)workspace + writer->cut_bytes + writer->rows_bytes,
    };
    if (!word->engine)
        source.all = (FastcvView){image->pixels, image->stride_bytes};
    else if (!fastcv_crop_in_place(word->engine, word->crop, &source.all))
        source.all.base = NULL;
    return source;
}

int fastcv_source_rows_most(const FastcvSourceRows *source)
{
    if (source->all.base)
        return INT_MAX;
    const size_t room = source->rows_bytes - (size_t)source->reads_after;
    return (int)(room / (size_t)row_bytes(source));
}

int fastcv_source_rows_channels(const FastcvSourceRows *source)
{
    return source->is_gray ? 1 : source->channels;
}

FastcvError fastcv_source_rows_begin(FastcvSourceRows *source, int first, int last)
{
    const FastcvWord *word = source->placed->word;
    /* Row r of a word that is turned by 180° is row height − 1 − r of the crop, backwards. */
    if (is_upside_down(source)) {
        const int top = source->height_px - 1 - last;
        last = source->height_px - 1 - first;
        first = top;
    }
    source->band_first = first;
    if (source->all.base) {
        source->band = source->all;
        source->band.base += first * source->all.stride_bytes;
        return (FastcvError){.status = FASTCV_OK};
    }
    source->band = (FastcvView){source->rows, row_bytes(source)};
    const FastcvRows to = {source->rows, row_bytes(source)};
    return fastcv_cut(word->engine, word->crop, first, last + 1, to, source->cut_workspace);
}

static void reverse(uint8_t *pixels, int count, int channels)
{
    uint8_t *left = pixels, *right = pixels + (ptrdiff_t)(count - 1) * channels;
    for (; left < right; left += channels, right -= channels) {
        for (int c = 0; c < channels; c++) {
            const uint8_t value = left[c];
            left[c] = right[c];
            right[c] = value;
        }
    }
}

const uint8_t *fastcv_source_rows_find(const FastcvSourceRows *source, int row,
                                       const uint8_t *other)
{
    const int is_in_place =
        source->all.base && !is_upside_down(source) && !source->is_gray && row < source->height_px;
    return is_in_place ? source->all.base + row * source->all.stride_bytes : other;
}

const uint8_t *fastcv_source_rows_get(FastcvSourceRows *source, int row)
{
    if (is_upside_down(source))
        row = source->height_px - 1 - row;
    const uint8_t *pixels =
        source->band.base + (row - source->band_first) * source->band.stride_bytes;
    const int is_readable =
        !source->all.base || source->end - pixels - row_bytes(source) >= source->reads_after;
    if (source->is_gray)
        source->gray->gray(pixels, source->width_px, source->channels, source->line);
    else if (is_upside_down(source) || !is_readable)
        memcpy(source->line, pixels, (size_t)row_bytes(source));
    else
        return pixels;
    if (is_upside_down(source))
        reverse(source->line, source->width_px, fastcv_source_rows_channels(source));
    return source->line;
}
