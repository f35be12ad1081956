/* Words on their way into a recogniser's tensors: cut, resized, normalised and padded in one pass,
 * while they are in a core's cache. */
#ifndef FASTCV_BATCHES_H
#define FASTCV_BATCHES_H

#include "fastcv/crop.h"
#include "fastcv/tensor_type.h"

enum { FASTCV_TENSOR_CHANNELS = 3 };

/* A planned crop, or a crop that exists. Its pixels are uint8 with 1, 3 or 4 channels. */
typedef struct FastcvWord {
    const FastcvCropEngine *engine; /* NULL: the crop exists */
    const FastcvCrop *crop;
    FastcvImage pixels; /* of a crop that exists */
} FastcvWord;

/* As handed out; 0 for a crop with a fault. */
int32_t fastcv_word_width(const FastcvWord *word);
int32_t fastcv_word_height(const FastcvWord *word);

/* How words are resized. */
typedef enum FastcvFilter {
    FASTCV_FILTER_LINEAR,         /* cv2.resize with INTER_LINEAR */
    FASTCV_FILTER_PILLOW_BILINEAR /* Pillow's Image.resize with BILINEAR, antialiased */
} FastcvFilter;

/* What a tensor's values are like. */
typedef struct FastcvTensorSpec {
    int channels;                       /* 1 or 3 */
    int source[FASTCV_TENSOR_CHANNELS]; /* the channel of the crop that each is made of */
    int is_gray;                        /* the one channel is the gray of three */
    int is_interleaved;                 /* rows of px (NHWC), not of channels (NCHW) */
    FastcvFilter filter;
    FastcvTensorType type;
    int repeats_last;                  /* padding on the right repeats a row's last value … */
    float pad[FASTCV_TENSOR_CHANNELS]; /* … or is this, exact in the type */
    float table[FASTCV_TENSOR_CHANNELS][256]; /* what pixels become; not of U8 */
} FastcvTensorSpec;

/* The same, prepared. NULL if there is no memory. Call in the mode of float_mode.h. */
typedef struct FastcvTensorFormat FastcvTensorFormat;
FastcvTensorFormat *fastcv_tensor_format_make(const FastcvTensorSpec *spec);
void fastcv_tensor_format_free(FastcvTensorFormat *format);
const FastcvTensorSpec *fastcv_tensor_format_spec(const FastcvTensorFormat *format);

/* A word's place in a tensor. */
typedef struct FastcvPlacedWord {
    const FastcvWord *word;
    void *first;                 /* where the place begins: channel 0, row 0 */
    int32_t width_px, height_px; /* to which it is resized, at least 1; the rest is padding */
    int32_t left_px, top_px;     /* padding before it */
    int32_t row_px, column_px;   /* the tensor's width and height */
    int is_upside_down;          /* turned by 180° first */
} FastcvPlacedWord;

/* Writes every word into its place. The places have the format's layout and do not overlap. Their
 * bytes do not depend on the number of threads. If they will not be read soon, streaming spares the
 * caches. FASTCV_ERR_MEMORY comes before anything is written. */
FastcvError fastcv_words_write(const FastcvTensorFormat *format, const FastcvPlacedWord *words,
                               ptrdiff_t count, int is_streaming, FastcvPool pool);

#endif
