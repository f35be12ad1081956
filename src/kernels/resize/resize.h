/* Resizing, normalising and storing a word's rows: from uint8 pixels to rows of a tensor.
 *
 * The arithmetic is cv2.resize's with INTER_LINEAR (docs/arithmetic.md). It is separable: `row`
 * resizes a source row along x into planes of int16, one a channel, with 7 fraction bits; `store`
 * blends two such rows along y, rounds to a pixel, looks up its normal form, and stores it. */
#ifndef FASTCV_KERNELS_RESIZE_H
#define FASTCV_KERNELS_RESIZE_H

#include <stddef.h>
#include <stdint.h>

#include "fastcv/tensor_type.h"

enum {
    FASTCV_RESIZE_CHANNELS = 3,  /* of tensors, at most */
    FASTCV_RESIZE_OVERRUN = 32,  /* planes are computed in whole vectors: their rows are longer */
    FASTCV_RESIZE_ALIGNMENT = 64 /* of axes, of planes and of their rows, in bytes */
};

/* ---- values ---- */

/* What a pixel's 256 values become. Vector kernels compute the table rather than look it up, if
 * arithmetic with exactly its values was found. Each form begins with
 *     q = fma(v − offset, high, (v − offset) · low). */
typedef enum FastcvNormalForm {
    FASTCV_NORMAL_TABLE,
    FASTCV_NORMAL_SCALED,  /* fma(q, scale, shift) */
    FASTCV_NORMAL_CENTERED /* fma(u, scale, u · scale_low), where u = q − center */
} FastcvNormalForm;

typedef struct FastcvNormalizer {
    float table[256];
    uint16_t half[256]; /* the table in float16, rounded to nearest, ties to even */
    FastcvNormalForm form;
    float offset; /* a multiple of 1/4, so that v − offset is exact */
    float high, low, scale, scale_low, shift, center;
} FastcvNormalizer;

/* Reads the table; finds its form. */
void fastcv_normalizer_make(const float table[256], FastcvNormalizer *normalizer);

/* Rounds to nearest, ties to even. */
uint16_t fastcv_half(float value);

/* ---- along y ---- */

/* The two source rows of a target row, and their weights in 1/2048. */
typedef struct FastcvRowTaps {
    int32_t top, bottom;
    int16_t top_weight, bottom_weight;
} FastcvRowTaps;

/* Of target rows first … first + count − 1. */
void fastcv_resize_taps(int source_px, int target_px, int first, int count, FastcvRowTaps *taps);

/* ---- kernels ---- */

/* The rows that a channel is stored from: row r of the plane begins at first + r · stride. */
typedef struct FastcvPlane {
    const int16_t *first;
    ptrdiff_t stride; /* in values */
} FastcvPlane;

/* Rows of one channel of a tensor, or of all three, interleaved: NCHW or NHWC. A row has count px
 * and then, up to width, padding. */
typedef struct FastcvTensorRows {
    void *first;            /* aligned as the type is, and so are all rows */
    ptrdiff_t stride_bytes; /* from row to row */
    int channels;           /* 1 or 3 */
    int count, width;       /* px */
    FastcvTensorType type;
    const FastcvNormalizer *normalizers; /* one a channel; NULL for U8 */
    const float *pads;                   /* of the padding, one a channel; exact in the type */
    int repeats_last;                    /* the padding is the row's last px instead */
    int is_streaming;                    /* the rows will not be read soon: bypass the caches */
} FastcvTensorRows;

typedef struct FastcvResizeKernels {
    /* Prepares an axis along x, in fastcv_resize_axis_bytes(target_px) bytes. Source rows have
     * 1, 3 or 4 channels; of 4 the first three are read. */
    void (*prepare)(void *axis, int source_px, int target_px, int channels);

    /* Resizes a source row; channel c goes to out + c · plane_stride. Reads at most reads_after
     * bytes beyond the source row, writes at most FASTCV_RESIZE_OVERRUN values beyond target_px.
     * In which order a plane's row has its values is the variant's own affair. next is the source
     * row that will be read next, if it may not be in the caches, or this one. */
    void (*row)(const void *axis, const uint8_t *source, const uint8_t *next, int16_t *out,
                ptrdiff_t plane_stride);

    /* Makes a plane's row of px that are resized already. Reads and writes at most
     * FASTCV_RESIZE_OVERRUN px beyond count. */
    void (*widen)(const uint8_t *pixels, int count, int16_t *out);

    /* Stores `rows` rows; row i is made of the planes' rows taps[i], with a plane for each channel.
     * Writes nothing outside the rows' width. */
    void (*store)(const FastcvTensorRows *to, const FastcvPlane *planes, const FastcvRowTaps *taps,
                  int rows);

    /* Fills rows with padding, which is of pads. */
    void (*pad)(const FastcvTensorRows *to, int rows);

    /* Makes streaming stores visible to other threads. */
    void (*finish)(void);

    int reads_after;
} FastcvResizeKernels;

size_t fastcv_resize_axis_bytes(int target_px);

/* The variant in use. It never changes, so a call keeps the one that it began with. */
const FastcvResizeKernels *fastcv_resize_kernels(void);

extern const FastcvResizeKernels fastcv_resize_c;
#if defined(__x86_64__)
extern const FastcvResizeKernels fastcv_resize_avx2;
#endif
#if defined(__AARCH64EL__)
extern const FastcvResizeKernels fastcv_resize_neon;
#endif

#endif
