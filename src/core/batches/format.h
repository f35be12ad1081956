/* A tensor's format, prepared for the kernels. */
#ifndef FASTCV_CORE_BATCHES_FORMAT_H
#define FASTCV_CORE_BATCHES_FORMAT_H

#include "fastcv/batches.h"
#include "kernels/resize/resize.h"

struct FastcvTensorFormat {
    FastcvTensorSpec spec;
    FastcvNormalizer normalizers[FASTCV_TENSOR_CHANNELS];
};

/* Rows of the channel in the word's place, from row y on. */
FastcvTensorRows fastcv_tensor_rows(const FastcvTensorFormat *format, const FastcvPlacedWord *word,
                                    int channel, int y);

#endif
