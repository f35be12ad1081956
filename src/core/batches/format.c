#include "core/batches/format.h"

#include <stdlib.h>

FastcvTensorFormat *fastcv_tensor_format_make(const FastcvTensorSpec *spec)
{
    FastcvTensorFormat *format = malloc(sizeof *format);
    if (!format)
        return NULL;
    format->spec = *spec;
    for (int c = 0; c < spec->channels && spec->type != FASTCV_TENSOR_U8; c++)
        fastcv_normalizer_make(spec->table[c], &format->normalizers[c]);
    return format;
}

void fastcv_tensor_format_free(FastcvTensorFormat *format)
{
    free(format);
}

const FastcvTensorSpec *fastcv_tensor_format_spec(const FastcvTensorFormat *format)
{
    return &format->spec;
}

FastcvTensorRows fastcv_tensor_rows(const FastcvTensorFormat *format, const FastcvPlacedWord *word,
                                    int channel, int y, int x)
{
    const FastcvTensorSpec *spec = &format->spec;
    const ptrdiff_t value_bytes = (ptrdiff_t)fastcv_tensor_type_bytes(spec->type);
    const int step = spec->is_interleaved ? spec->channels : 1;
    const ptrdiff_t row_bytes = word->row_px * value_bytes * step;
    const ptrdiff_t channel_bytes =
        spec->is_interleaved ? value_bytes : row_bytes * word->column_px;
    return (FastcvTensorRows){
        .first =
            (char *)word->first + channel * channel_bytes + y * row_bytes + x * value_bytes * step,
        .stride_bytes = row_bytes,
        .channels = step,
        .count = word->width_px,
        .width = word->row_px - x,
        .type = spec->type,
        .normalizers = spec->type == FASTCV_TENSOR_U8 ? NULL : &format->normalizers[channel],
        .pads = &spec->pad[channel],
        .repeats_last = spec->repeats_last,
    };
}
