/* AVX2 with FMA and F16C. */
#if defined(__x86_64__)

#include "kernels/resize/row_avx2.h"
#include "kernels/resize/store_avx2.h"

/* ---- values that lie apart: NHWC ---- */

static void store_apart(const FastcvTensorRows *to, const Rows *rows, const Blend *blend, char *out)
{
    const size_t bytes = fastcv_tensor_type_bytes(to->type);
    const ptrdiff_t step = to->step * (ptrdiff_t)bytes;
    uint8_t px[STORE_PX];
    char pad[STORE_BYTES];
    for (int x = 0; x < to->count; x += STORE_PX) {
        const int n = to->count - x < STORE_PX ? to->count - x : STORE_PX;
        _mm_storeu_si128((__m128i *)px, blend_bytes(blend, x));
        for (int k = 0; k < n; k++, out += step) {
            if (to->type == FASTCV_TENSOR_F32)
                memcpy(out, &to->normalizer->table[px[k]], 4);
            else if (to->type == FASTCV_TENSOR_F16)
                memcpy(out, &to->normalizer->half[px[k]], 2);
            else
                *out = (char)px[k];
        }
    }
    const __m256i padding = to->repeats_last ? last_value(rows, blend) : rows->pad;
    _mm256_storeu_si256((__m256i *)pad, padding);
    for (int x = to->count; x < to->width; x++, out += step)
        memcpy(out, pad, bytes);
}

/* ---- rows ----
 *
 * Each kind gets a loop of its own. */

typedef struct Call {
    const FastcvTensorRows *to;
    FastcvPlane plane;
    const FastcvRowTaps *taps;
    int rows;
} Call;

ALWAYS_INLINE void store_kind(const Call *call, const Rows *all, FastcvTensorType type,
                              FastcvNormalForm form, int is_streaming)
{
    Rows rows = *all;
    rows.type = type;
    rows.form = form;
    rows.is_streaming = is_streaming;
    char *out = call->to->first;
    for (int i = 0; i < call->rows; i++, out += call->to->stride_bytes) {
        const Blend blend = blend_of(call->plane, &call->taps[i]);
        if (call->to->repeats_last)
            store_row(&rows, &blend, out, 1);
        else
            store_row(&rows, &blend, out, 0);
    }
}

#define DEFINE_STORE(name, type, form)                                                             \
    static __attribute__((noinline)) void name(const Call *call, const Rows *rows)                 \
    {                                                                                              \
        if (rows->is_streaming)                                                                    \
            store_kind(call, rows, type, form, 1);                                                 \
        else                                                                                       \
            store_kind(call, rows, type, form, 0);                                                 \
    }

DEFINE_STORE(store_u8, FASTCV_TENSOR_U8, FASTCV_NORMAL_TABLE)
DEFINE_STORE(store_f16_table, FASTCV_TENSOR_F16, FASTCV_NORMAL_TABLE)
DEFINE_STORE(store_f16_scaled, FASTCV_TENSOR_F16, FASTCV_NORMAL_SCALED)
DEFINE_STORE(store_f16_centered, FASTCV_TENSOR_F16, FASTCV_NORMAL_CENTERED)
DEFINE_STORE(store_f32_table, FASTCV_TENSOR_F32, FASTCV_NORMAL_TABLE)
DEFINE_STORE(store_f32_scaled, FASTCV_TENSOR_F32, FASTCV_NORMAL_SCALED)
DEFINE_STORE(store_f32_centered, FASTCV_TENSOR_F32, FASTCV_NORMAL_CENTERED)

static void store(const FastcvTensorRows *to, FastcvPlane plane, const FastcvRowTaps *taps,
                  int rows)
{
    static void (*const of[FASTCV_TENSOR_TYPES][3])(const Call *, const Rows *) = {
        [FASTCV_TENSOR_U8] = {store_u8, store_u8, store_u8},
        [FASTCV_TENSOR_F16] = {store_f16_table, store_f16_scaled, store_f16_centered},
        [FASTCV_TENSOR_F32] = {store_f32_table, store_f32_scaled, store_f32_centered},
    };
    const Rows all = rows_of(to);
    const Call call = {to, plane, taps, rows};
    if (to->step == 1) {
        of[all.type][all.form](&call, &all);
        return;
    }
    for (int i = 0; i < rows; i++) {
        const Blend blend = blend_of(plane, &taps[i]);
        store_apart(to, &all, &blend, (char *)to->first + i * to->stride_bytes);
    }
}

/* ---- padding ---- */

static void pad(const FastcvTensorRows *to, int rows)
{
    FastcvTensorRows fill = *to;
    fill.count = fill.repeats_last = 0;
    const Rows all = rows_of(&fill);
    const Blend none = {0};
    char *out = to->first;
    for (int i = 0; i < rows; i++, out += to->stride_bytes) {
        if (to->step == 1)
            put_padding(&all, out, out + all.bytes, all.pad);
        else
            store_apart(&fill, &all, &none, out);
    }
}

static void finish(void)
{
    _mm_sfence();
}

const FastcvResizeKernels fastcv_resize_avx2 = {.prepare = prepare,
                                                .row = row,
                                                .store = store,
                                                .pad = pad,
                                                .finish = finish,
                                                .reads_after = ROW_READS_AFTER};

#endif
