/* A word's rows by Pillow's filter: a pass along x and one along y, each of which gives bytes. */
#ifndef FASTCV_CORE_BATCHES_RESAMPLE_H
#define FASTCV_CORE_BATCHES_RESAMPLE_H

#include "core/batches/source_rows.h"
#include "kernels/resample/resample.h"

typedef struct FastcvResampler {
    const FastcvResampleKernels *kernels;
    FastcvResampleAxis x, y;
    int channels, planes;
    int is_down_first;      /* the pass along y comes first */
    ptrdiff_t plane_bytes;  /* from plane to plane in a row that has had the pass along x */
    uint8_t *line, *result; /* a target row after the passes along y and along both axes */
    uint8_t *rows;          /* a band of source rows, ready for the pass along y */
    ptrdiff_t stride_bytes; /* from row to row */
    int most_rows;
} FastcvResampler;

/* The memory that a word needs. A band has at least the source rows of one target row. */
size_t fastcv_resampler_bytes(const FastcvPlacedWord *word);

/* Prepares a word in that memory, which must be a multiple of FASTCV_WORKSPACE_ALIGNMENT. */
FastcvResampler fastcv_resampler(const FastcvResampleKernels *kernels,
                                 const FastcvSourceRows *source, void *memory);

/* How many target rows from y on, of `count`, read one band. */
int fastcv_resampler_band(const FastcvResampler *resampler, int y, int count);

/* Computes these rows as planes for the resize kernels, which store them. */
FastcvError fastcv_resampler_rows(const FastcvResampler *resampler,
                                  const FastcvResizeKernels *resize, FastcvSourceRows *source,
                                  int y, int count, int16_t *out, ptrdiff_t row_stride,
                                  ptrdiff_t plane_stride);

#endif
