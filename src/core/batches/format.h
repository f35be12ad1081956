/* A tensor's format, prepared for the kernels. */
#ifndef FASTCV_CORE_BATCHES_FORMAT_H
#define FASTCV_CORE_BATCHES_FORMAT_H

#include "fastcv/batches.h"
#include "kernels/resize/resize.h"

struct FastcvTensorFormat {
    FastcvTensorSpec spec;
    FastcvNormalizer normalizers[FASTCV_TENSOR_CHANNELS];
};

/* Rows in the word's place, from its row y and px x on: of the channel, or, interleaved, of all
 * from it on. */
FastcvTensorRows fastcv_tensor_rows(const FastcvTensorFormat *format, const FastcvPlacedWord *word,
                                    int channel, int y, int x);

#endif
