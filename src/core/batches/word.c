#include "core/batches/word.h"

#include <limits.h>

#include "core/batches/resample.h"
#include "core/batches/source_rows.h"
#include "core/crop/engine.h"
#include "core/numbers.h"

/* Half of a small second-level cache, with the kernels' own workspace. */
enum { ROWS_BYTES = 96 << 10, PLANES_BYTES = 128 << 10 };

/* From this scale on, most source rows are read by no target row: the two of each are cut alone. */
static const double SPARSE_SCALE = 3;

static size_t align(size_t bytes)
{
    return fastcv_round_up(bytes, FASTCV_WORKSPACE_ALIGNMENT);
}

/* ---- the workspace ---- */

/* Values from one row of a plane to the next. */
static size_t plane_stride(int width_px)
{
    const size_t values = FASTCV_RESIZE_ALIGNMENT / sizeof(int16_t);
    return ((size_t)width_px + FASTCV_RESIZE_OVERRUN + values - 1) / values * values;
}

FastcvWordWriter fastcv_word_writer(const FastcvTensorFormat *format, const FastcvPlacedWord *words,
                                    ptrdiff_t count, int is_streaming)
{
    FastcvWordWriter writer = {
        .format = format,
        .kernels = fastcv_resize_kernels(),
        .resample = format->spec.filter == FASTCV_FILTER_LINEAR ? NULL : fastcv_resample_kernels(),
        .gray = fastcv_gray_kernels(),
        .is_streaming = is_streaming};
    size_t row_bytes = 0;
    int width_px = 1, height_px = 1;
    const FastcvCropEngine *seen = NULL;
    for (ptrdiff_t i = 0; i < count; i++) {
        const FastcvWord *word = words[i].word;
        const FastcvImage *image = fastcv_word_image(word);
        row_bytes =
            fastcv_larger(row_bytes, (size_t)fastcv_word_width(word) * (size_t)image->channels);
        width_px = fastcv_max_int(words[i].width_px, width_px);
        height_px = fastcv_max_int(words[i].height_px, height_px);
        if (writer.resample)
            writer.axis_bytes = fastcv_larger(writer.axis_bytes, fastcv_resampler_bytes(&words[i]));
        if (word->engine && word->engine != seen)
            writer.cut_bytes =
                fastcv_larger(writer.cut_bytes, fastcv_cut_workspace_bytes(word->engine));
        seen = word->engine;
    }
    writer.reads_after =
        writer.resample ? writer.resample->reads_after : writer.kernels->reads_after;
    const size_t slack = (size_t)writer.reads_after;
    writer.rows_bytes = align(fastcv_larger(ROWS_BYTES, 2 * row_bytes + slack));
    writer.line_bytes = align(row_bytes + slack);
    if (!writer.resample)
        writer.axis_bytes = align(fastcv_resize_axis_bytes(width_px));
    writer.planes_bytes = align(fastcv_larger(
        PLANES_BYTES, 2 * FASTCV_RESIZE_CHANNELS * plane_stride(width_px) * sizeof(int16_t)));
    writer.taps_bytes = align((size_t)height_px * sizeof(FastcvRowTaps));
    return writer;
}

/* ---- a word ---- */

/* What is at work: a word and its parts of the workspace, which begins with this. */
typedef struct Work {
    const FastcvWordWriter *writer;
    const FastcvPlacedWord *word; /* NULL before the first */
    FastcvSourceRows source;
    FastcvAhead ahead;
    void *axis;
    FastcvResampler resampler; /* instead of axis, with Pillow's filter */
    int16_t *planes;
    ptrdiff_t row_stride, plane_stride; /* in values */
    int plane_rows;                     /* of each plane */
    int next_row;        /* source rows before it are in the planes, if there is room for them */
    int target_row;      /* the one after those that are written */
    FastcvRowTaps *taps; /* of the target rows that are to be written */
} Work;

static const size_t WORK_BYTES = (sizeof(Work) + FASTCV_WORKSPACE_ALIGNMENT - 1) /
                                 FASTCV_WORKSPACE_ALIGNMENT * FASTCV_WORKSPACE_ALIGNMENT;

size_t fastcv_word_workspace_bytes(const FastcvWordWriter *writer)
{
    return WORK_BYTES + writer->cut_bytes + writer->rows_bytes + writer->line_bytes +
           writer->axis_bytes + writer->planes_bytes + writer->taps_bytes;
}

void fastcv_word_workspace_begin(void *workspace)
{
    ((Work *)workspace)->word = NULL;
}

static void begin_word(Work *work, const FastcvWordWriter *writer, const FastcvPlacedWord *word)
{
    char *memory = (char *)work + WORK_BYTES;
    *work =
        (Work){.writer = writer, .word = word, .source = fastcv_source_rows(writer, word, memory)};
    memory += writer->cut_bytes + writer->rows_bytes + writer->line_bytes;
    work->axis = memory;
    work->planes = (int16_t *)(memory += writer->axis_bytes);
    work->taps = (FastcvRowTaps *)(memory += writer->planes_bytes);
    const int channels = fastcv_source_rows_channels(&work->source);
    const int planes = channels == 1 ? 1 : FASTCV_RESIZE_CHANNELS;
    const size_t stride = plane_stride(word->width_px);
    const size_t rows = writer->planes_bytes / ((size_t)planes * stride * sizeof(int16_t));
    work->row_stride = (ptrdiff_t)stride;
    work->plane_rows = (int)fastcv_min_int64((int64_t)rows, INT_MAX);
    work->plane_stride = work->row_stride * (ptrdiff_t)rows;
    if (writer->resample)
        work->resampler = fastcv_resampler(writer->resample, &work->source, work->axis);
    else
        writer->kernels->prepare(work->axis, work->source.width_px, word->width_px, channels);
}

/* What the thread has made for the word's item before serves this one too. */
static Work *begin(const FastcvWordWriter *writer, const FastcvPlacedWord *word, int first,
                   void *workspace)
{
    Work *work = workspace;
    if (work->word != word)
        begin_word(work, writer, word);
    if (work->target_row != first)
        work->next_row = 0;
    return work;
}

/* How many of the taps, from the first on, read rows of one band. */
static int band_of(const Work *work, const FastcvRowTaps *taps, int count)
{
    const double scale = (double)work->source.height_px / work->word->height_px;
    if (scale >= SPARSE_SCALE)
        return 1;
    const int most = fastcv_min_int(work->plane_rows, fastcv_source_rows_most(&work->source));
    int n = 1;
    while (n < count && taps[n].bottom - taps[0].top < most)
        n++;
    return n;
}

/* Resizes a source row into its row of the planes. */
static void resize_row(Work *work, int row, int next_row)
{
    const uint8_t *source = fastcv_source_rows_get(&work->source, row);
    const uint8_t *next = fastcv_source_rows_find(&work->source, next_row, source);
    work->writer->kernels->row(work->axis, source, next,
                               work->planes + row % work->plane_rows * work->row_stride,
                               work->plane_stride);
}

/* Resizes the source rows that the taps read, unless the band before has left them. Row r becomes
 * row r % plane_rows of the planes, and the taps are changed to these. */
static FastcvError resize_rows(Work *work, FastcvRowTaps *taps, int count)
{
    FastcvError error = {.status = FASTCV_OK};
    const int last = taps[count - 1].bottom;
    int next = fastcv_max_int(work->next_row, taps[0].top);
    if (next <= last)
        error = fastcv_source_rows_begin(&work->source, next, last);
    for (int i = 0; i < count && !error.status; i++) {
        next = fastcv_max_int(next, taps[i].top); /* nobody reads the rows between */
        const int after = i + 1 < count ? fastcv_max_int(taps[i].bottom + 1, taps[i + 1].top)
                                        : taps[i].bottom + 1;
        for (; next <= taps[i].bottom; next++, fastcv_ahead_ask(&work->ahead))
            resize_row(work, next, next < taps[i].bottom ? next + 1 : after);
        taps[i].top %= work->plane_rows;
        taps[i].bottom %= work->plane_rows;
    }
    work->next_row = next;
    return error;
}

/* Fills the planes for target rows from y on, at most `count`, and their taps. Sets *band to how
 * many they are. */
static FastcvError fill_planes(Work *work, int y, int count, FastcvRowTaps *taps, int *band)
{
    if (!work->writer->resample) {
        *band = band_of(work, taps, count);
        return resize_rows(work, taps, *band);
    }
    *band = fastcv_resampler_band(&work->resampler, y, fastcv_min_int(work->plane_rows, count));
    fastcv_resize_taps(*band, *band, 0, *band, taps); /* row i as it is */
    return fastcv_resampler_rows(&work->resampler, work->writer->kernels, &work->source, y, *band,
                                 work->planes, work->row_stride, work->plane_stride);
}

/* The plane that a channel of the tensor is made of. */
static FastcvPlane plane_of(const Work *work, int channel)
{
    const FastcvTensorSpec *spec = &work->writer->format->spec;
    const int is_one = fastcv_source_rows_channels(&work->source) == 1;
    const int plane = is_one ? 0 : spec->source[channel];
    return (FastcvPlane){work->planes + plane * work->plane_stride, work->row_stride};
}

/* Interleaved channels are written together. */
static int channels_at_once(const Work *work)
{
    const FastcvTensorSpec *spec = &work->writer->format->spec;
    return spec->is_interleaved ? spec->channels : 1;
}

static FastcvTensorRows rows_of(const Work *work, int channel, int y)
{
    FastcvTensorRows rows =
        fastcv_tensor_rows(work->writer->format, work->word, channel, y, work->word->left_px);
    rows.is_streaming = work->writer->is_streaming;
    return rows;
}

static void store_rows(const Work *work, const FastcvRowTaps *taps, int y, int count)
{
    const int channels = work->writer->format->spec.channels;
    FastcvPlane planes[FASTCV_RESIZE_CHANNELS];
    for (int c = 0; c < channels; c++)
        planes[c] = plane_of(work, c);
    for (int c = 0; c < channels; c += channels_at_once(work)) {
        const FastcvTensorRows rows = rows_of(work, c, work->word->top_px + y);
        work->writer->kernels->store(&rows, planes + c, taps, count);
    }
}

/* Pads `count` rows of the place, from row y on: their first width px. */
static void pad_rows(const Work *work, int y, int count, int width)
{
    const FastcvTensorSpec *spec = &work->writer->format->spec;
    for (int c = 0; c < spec->channels && count > 0 && width > 0; c += channels_at_once(work)) {
        FastcvTensorRows rows = fastcv_tensor_rows(work->writer->format, work->word, c, y, 0);
        rows.is_streaming = work->writer->is_streaming;
        rows.width = width;
        work->writer->kernels->pad(&rows, count);
    }
}

/* The padding that comes with target rows first … last − 1: to the left, above and below. */
static void pad_around(const Work *work, int first, int last)
{
    const FastcvPlacedWord *word = work->word;
    const int below = word->top_px + word->height_px;
    pad_rows(work, word->top_px + first, last - first, word->left_px);
    if (first == 0)
        pad_rows(work, 0, word->top_px, word->row_px);
    if (last == word->height_px)
        pad_rows(work, below, word->column_px - below, word->row_px);
}

FastcvError fastcv_word_write(const FastcvWordWriter *writer, const FastcvPlacedWord *word,
                              int first, int last, const FastcvWord *next, void *workspace)
{
    Work *work = begin(writer, word, first, workspace);
    if (!writer->resample) {
        fastcv_resize_taps(work->source.height_px, word->height_px, first, last - first,
                           work->taps);
        work->ahead = (FastcvAhead){.rows = 0};
        if (next && next->engine)
            work->ahead = fastcv_cut_ahead(next->engine, next->crop);
    }
    for (int y = first, band; y < last; y += band) {
        FastcvRowTaps *taps = work->taps + (y - first);
        const FastcvError error = fill_planes(work, y, last - y, taps, &band);
        if (error.status)
            return error;
        store_rows(work, taps, y, band);
    }
    work->target_row = last;
    pad_around(work, first, last);
    if (writer->is_streaming)
        writer->kernels->finish();
    return (FastcvError){.status = FASTCV_OK};
}
