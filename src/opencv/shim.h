/* The door to OpenCV: the only C++ in fastcv is behind it. */
#ifndef FASTCV_OPENCV_SHIM_H
#define FASTCV_OPENCV_SHIM_H

#include <stddef.h>
#include <stdint.h>

#include "fastcv/image.h"
#include "fastcv/sampling.h"
#include "fastcv/status.h"

#ifdef __cplusplus
extern "C" {
#define FASTCV_NOEXCEPT noexcept
#else
#define FASTCV_NOEXCEPT
#endif

/* OpenCV takes sources with sides below this; so do the maps, whose coordinates are int16. */
enum { FASTCV_OPENCV_MAX_SIDE_PX = 32766 };

/* cv::remap splits its work over OpenCV's own threads from 1.5 · 2^16 output pixels on. Below, it
 * runs on the calling thread and starts nothing: every block must be at most this large. */
enum { FASTCV_OPENCV_MAX_BLOCK_PX = 1 << 16 };

/* A block of output pixels: out(x, y) = source at xy, interpolated by fraction. */
typedef struct FastcvRemapBlock {
    const int16_t *xy;        /* width × height pairs, no padding */
    const uint16_t *fraction; /* width × height, or NULL for nearest */
    void *pixels;
    size_t stride_bytes;
    int width_px, height_px;
} FastcvRemapBlock;

/* Reads source and the maps in place, and writes the block in place; all memory is the caller's.
 * border_value has a number a channel. If OpenCV threw, error says what; otherwise it is left
 * alone. */
FastcvStatus fastcv_opencv_remap(const FastcvImage *source, const FastcvSampling *sampling,
                                 const double *border_value, const FastcvRemapBlock *block,
                                 FastcvError *error) FASTCV_NOEXCEPT;

/* OpenCV 5's cv::remap has another cubic: float weights instead of a table of whole ones. */
int fastcv_opencv_cubic_is_version_4(void) FASTCV_NOEXCEPT;

enum { FASTCV_VERSION_BYTES = 16 };

/* The version of the OpenCV that is loaded, and of the one that was compiled against: "4.6.0". */
void fastcv_opencv_version(char version[FASTCV_VERSION_BYTES]) FASTCV_NOEXCEPT;
const char *fastcv_opencv_built_with(void) FASTCV_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
