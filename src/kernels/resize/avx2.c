/* AVX2 with FMA and F16C. */
#if defined(__x86_64__)

#include "kernels/resize/interleaved_avx2.h"
#include "kernels/resize/planar_avx2.h"
#include "kernels/resize/row_avx2.h"

/* ---- storing: each kind gets a loop of its own ---- */

typedef void Store(const FastcvTensorRows *to, const FastcvPlane *planes, const FastcvRowTaps *taps,
                   int rows);

#define DEFINE_STORE(name, type, form)                                                             \
    static void planar_##name(const FastcvTensorRows *to, const FastcvPlane *planes,               \
                              const FastcvRowTaps *taps, int rows)                                 \
    {                                                                                              \
        if (can_stream(to, to->width * (ptrdiff_t)fastcv_tensor_type_bytes(type)))                 \
            planar_kind(to, planes, taps, rows, type, form, 1);                                    \
        else                                                                                       \
            planar_kind(to, planes, taps, rows, type, form, 0);                                    \
    }                                                                                              \
    static void interleaved_##name(const FastcvTensorRows *to, const FastcvPlane *planes,          \
                                   const FastcvRowTaps *taps, int rows)                            \
    {                                                                                              \
        interleaved_kind(to, planes, taps, rows, type, form);                                      \
    }

DEFINE_STORE(u8, FASTCV_TENSOR_U8, FASTCV_NORMAL_TABLE)
DEFINE_STORE(f16_table, FASTCV_TENSOR_F16, FASTCV_NORMAL_TABLE)
DEFINE_STORE(f16_scaled, FASTCV_TENSOR_F16, FASTCV_NORMAL_SCALED)
DEFINE_STORE(f16_centered, FASTCV_TENSOR_F16, FASTCV_NORMAL_CENTERED)
DEFINE_STORE(f32_table, FASTCV_TENSOR_F32, FASTCV_NORMAL_TABLE)
DEFINE_STORE(f32_scaled, FASTCV_TENSOR_F32, FASTCV_NORMAL_SCALED)
DEFINE_STORE(f32_centered, FASTCV_TENSOR_F32, FASTCV_NORMAL_CENTERED)

#define STORES(layout)                                                                             \
    {                                                                                              \
        [FASTCV_TENSOR_U8] = {layout##_u8},                                                        \
        [FASTCV_TENSOR_F16] = {layout##_f16_table, layout##_f16_scaled, layout##_f16_centered},    \
        [FASTCV_TENSOR_F32] = {layout##_f32_table, layout##_f32_scaled, layout##_f32_centered},    \
    }

/* A form that all channels have, or else the table, which all have. */
static FastcvNormalForm common_form(const FastcvTensorRows *to)
{
    if (!to->normalizers)
        return FASTCV_NORMAL_TABLE;
    for (int c = 1; c < to->channels; c++) {
        if (to->normalizers[c].form != to->normalizers[0].form)
            return FASTCV_NORMAL_TABLE;
    }
    return to->normalizers[0].form;
}

static void store(const FastcvTensorRows *to, const FastcvPlane *planes, const FastcvRowTaps *taps,
                  int rows)
{
    static Store *const planar[FASTCV_TENSOR_TYPES][3] = STORES(planar);
    static Store *const interleaved[FASTCV_TENSOR_TYPES][3] = STORES(interleaved);
    Store *const(*of)[3] = to->channels == 1 ? planar : interleaved;
    of[to->type][common_form(to)](to, planes, taps, rows);
}

static void pad(const FastcvTensorRows *to, int rows)
{
    if (to->channels == 1)
        planar_pad(to, rows);
    else
        interleaved_pad(to, rows);
}

static void finish(void)
{
    _mm_sfence();
}

const FastcvResizeKernels fastcv_resize_avx2 = {.prepare = prepare,
                                                .row = row,
                                                .widen = widen,
                                                .store = store,
                                                .pad = pad,
                                                .finish = finish,
                                                .reads_after = ROW_READS_AFTER};

#endif
