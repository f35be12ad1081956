/* NEON: every 64-bit ARM that runs little-endian. */
#if defined(__AARCH64EL__)

#include <arm_neon.h>
#include <string.h>

#include "kernels/resize/axis.h"
#include "kernels/resize/resize.h"

enum { QUAD_PX = 4, BLOCK_PX = 8, CHANNELS = FASTCV_RESIZE_CHANNELS, READS_AFTER = 15 };

/* ---- axes ---- */

/* Four px whose neighbours lie within 16 bytes. */
typedef struct Quad {
    int16_t weights[2][QUAD_PX]; /* left, right */
    uint16_t places[2][QUAD_PX]; /* of the first channel among the bytes; 0xFF00 more for none */
    int32_t left, unused[3];
} Quad;

typedef struct Axis {
    int32_t quads, channels;
    int32_t is_narrow; /* if not, the portable axis follows */
    int32_t unused[13];
    Quad quad[];
} Axis;

_Static_assert(sizeof(Quad) <= 16 * QUAD_PX, "fastcv_resize_axis_bytes() counts 16 bytes a px");

/* Returns whether the neighbours lie close enough together. */
static int prepare_quad(Quad *quad, double scale, int source_px, int d, int channels)
{
    const int colors = channels == 1 ? 1 : CHANNELS;
    quad->left = fastcv_column_tap(scale, source_px, d).left;
    for (int k = 0; k < QUAD_PX; k++) {
        const FastcvColumnTap tap = fastcv_column_tap(scale, source_px, d + k);
        const ptrdiff_t place = (ptrdiff_t)(tap.left - quad->left) * channels;
        if (place + channels + colors > 16)
            return 0;
        quad->weights[0][k] = tap.left_weight;
        quad->weights[1][k] = tap.right_weight;
        quad->places[0][k] = (uint16_t)(0xFF00 + place);
        quad->places[1][k] = (uint16_t)(0xFF00 + place + channels);
    }
    return 1;
}

static void prepare(void *memory, int source_px, int target_px, int channels)
{
    Axis *axis = memory;
    const double scale = 1.0 / ((double)target_px / source_px);
    axis->quads = (target_px + QUAD_PX - 1) / QUAD_PX;
    axis->channels = channels;
    axis->is_narrow = 1;
    for (int q = 0; q < axis->quads && axis->is_narrow; q++)
        axis->is_narrow = prepare_quad(&axis->quad[q], scale, source_px, q * QUAD_PX, channels);
    if (!axis->is_narrow)
        fastcv_resize_c.prepare(axis->quad, source_px, target_px, channels);
}

/* ---- source rows ---- */

static void row(const void *memory, const uint8_t *source, const uint8_t *next, int16_t *out,
                ptrdiff_t plane_stride)
{
    const Axis *axis = memory;
    if (!axis->is_narrow) {
        fastcv_resize_c.row(axis->quad, source, next, out, plane_stride);
        return;
    }
    const int planes = axis->channels == 1 ? 1 : CHANNELS;
    for (int q = 0; q < axis->quads; q++, out += QUAD_PX) {
        const Quad *quad = &axis->quad[q];
        const uint8x16_t bytes = vld1q_u8(source + (ptrdiff_t)quad->left * axis->channels);
        uint8x16_t places = vreinterpretq_u8_u16(vld1q_u16(quad->places[0]));
        const int16x8_t weights = vld1q_s16(quad->weights[0]);
        for (int c = 0; c < planes; c++) {
            const int16x8_t taps = vreinterpretq_s16_u8(vqtbl1q_u8(bytes, places));
            const int32x4_t sums =
                vmlal_high_s16(vmull_s16(vget_low_s16(taps), vget_low_s16(weights)), taps, weights);
            vst1_s16(out + c * plane_stride, vshrn_n_s32(sums, 4));
            places = vreinterpretq_u8_u16(vaddq_u16(vreinterpretq_u16_u8(places), vdupq_n_u16(1)));
        }
    }
}

/* ---- target rows ---- */

/* Eight pixels. sqdmulh is floor(a · b / 2^15); half of that, floored, is what is wanted. */
static inline uint8x8_t blend(FastcvPlane plane, const FastcvRowTaps *taps, ptrdiff_t x)
{
    const int16x8_t top = vld1q_s16(plane.first + taps->top * plane.stride + x);
    const int16x8_t bottom = vld1q_s16(plane.first + taps->bottom * plane.stride + x);
    const int16x8_t upper = vshrq_n_s16(vqdmulhq_n_s16(top, taps->top_weight), 1);
    return vqrshrun_n_s16(vsraq_n_s16(upper, vqdmulhq_n_s16(bottom, taps->bottom_weight), 1), 2);
}

static inline float32x4_t normalise(uint16x4_t px, const FastcvNormalizer *n)
{
    const float32x4_t v = vcvtq_f32_u32(vmovl_u16(px));
    const float32x4_t d = vsubq_f32(v, vdupq_n_f32(n->offset));
    const float32x4_t q = vfmaq_n_f32(vmulq_n_f32(d, n->low), d, n->high);
    if (n->form == FASTCV_NORMAL_SCALED)
        return vfmaq_n_f32(vdupq_n_f32(n->shift), q, n->scale);
    const float32x4_t u = vsubq_f32(q, vdupq_n_f32(n->center));
    return vfmaq_n_f32(vmulq_n_f32(u, n->scale_low), u, n->scale);
}

static inline float32x4x2_t normal_values(uint8x8_t px, const FastcvNormalizer *n)
{
    if (n->form != FASTCV_NORMAL_TABLE) {
        const uint16x8_t wide = vmovl_u8(px);
        return (float32x4x2_t){
            {normalise(vget_low_u16(wide), n), normalise(vget_high_u16(wide), n)}};
    }
    uint8_t v[BLOCK_PX];
    float values[BLOCK_PX];
    vst1_u8(v, px);
    for (int k = 0; k < BLOCK_PX; k++)
        values[k] = n->table[v[k]];
    return (float32x4x2_t){{vld1q_f32(values), vld1q_f32(values + 4)}};
}

static inline uint16x8_t halves(float32x4x2_t values)
{
    return vreinterpretq_u16_f16(
        vcombine_f16(vcvt_f16_f32(values.val[0]), vcvt_f16_f32(values.val[1])));
}

/* Stores eight px of one channel. */
static inline void put_one(const FastcvTensorRows *to, uint8x8_t px, void *out)
{
    if (to->type == FASTCV_TENSOR_U8) {
        vst1_u8(out, px);
        return;
    }
    const float32x4x2_t values = normal_values(px, to->normalizers);
    if (to->type == FASTCV_TENSOR_F16)
        vst1q_u16(out, halves(values));
    else
        vst1q_f32_x2(out, values);
}

/* Stores eight px of three channels, interleaved. */
static inline void put_three(const FastcvTensorRows *to, const uint8x8_t px[CHANNELS], void *out)
{
    if (to->type == FASTCV_TENSOR_U8) {
        vst3_u8(out, (uint8x8x3_t){{px[0], px[1], px[2]}});
        return;
    }
    float32x4x2_t of[CHANNELS];
    for (int c = 0; c < CHANNELS; c++)
        of[c] = normal_values(px[c], &to->normalizers[c]);
    if (to->type == FASTCV_TENSOR_F16) {
        vst3q_u16(out, (uint16x8x3_t){{halves(of[0]), halves(of[1]), halves(of[2])}});
        return;
    }
    for (int k = 0; k < 2; k++)
        vst3q_f32((float *)out + k * (BLOCK_PX / 2) * CHANNELS,
                  (float32x4x3_t){{of[0].val[k], of[1].val[k], of[2].val[k]}});
}

/* Stores eight px from px x on. */
static inline void put_block(const FastcvTensorRows *to, const FastcvPlane *planes,
                             const FastcvRowTaps *taps, int x, void *out)
{
    uint8x8_t px[CHANNELS];
    for (int c = 0; c < to->channels; c++)
        px[c] = blend(planes[c], taps, x);
    if (to->channels == 1)
        put_one(to, px[0], out);
    else
        put_three(to, px, out);
}

/* Pads a row after its values. */
static void pad_row(const FastcvTensorRows *to, const FastcvPlane *planes,
                    const FastcvRowTaps *taps, char *out)
{
    FastcvTensorRows rest = *to;
    float last[CHANNELS];
    rest.first = out;
    rest.width = to->width - to->count;
    for (int c = 0; c < to->channels && to->repeats_last; c++) {
        uint8_t px[BLOCK_PX];
        const int x = to->count - 1;
        vst1_u8(px, blend(planes[c], taps, x / BLOCK_PX * BLOCK_PX));
        const uint8_t value = px[x % BLOCK_PX];
        last[c] = to->normalizers ? to->normalizers[c].table[value] : value;
        rest.pads = last;
    }
    fastcv_resize_c.pad(&rest, 1);
}

static void store(const FastcvTensorRows *to, const FastcvPlane *planes, const FastcvRowTaps *taps,
                  int rows)
{
    const size_t px_bytes = (size_t)to->channels * fastcv_tensor_type_bytes(to->type);
    float block[BLOCK_PX * CHANNELS];
    for (int i = 0; i < rows; i++) {
        char *out = (char *)to->first + i * to->stride_bytes;
        int x = 0;
        for (; x + BLOCK_PX <= to->count; x += BLOCK_PX, out += BLOCK_PX * px_bytes)
            put_block(to, planes, &taps[i], x, out);
        if (x < to->count) {
            const size_t bytes = (size_t)(to->count - x) * px_bytes;
            put_block(to, planes, &taps[i], x, block);
            memcpy(out, block, bytes);
            out += bytes;
        }
        if (to->count < to->width)
            pad_row(to, planes, &taps[i], out);
    }
}

static void widen(const uint8_t *pixels, int count, int16_t *out)
{
    fastcv_resize_c.widen(pixels, count, out);
}

static void pad(const FastcvTensorRows *to, int rows)
{
    fastcv_resize_c.pad(to, rows);
}

static void finish(void)
{
}

const FastcvResizeKernels fastcv_resize_neon = {.prepare = prepare,
                                                .row = row,
                                                .widen = widen,
                                                .store = store,
                                                .pad = pad,
                                                .finish = finish,
                                                .reads_after = READS_AFTER};

#endif
