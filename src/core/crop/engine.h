/* The ways to cut rows of a crop: with our own kernels, in either arithmetic, or with cv::remap. */
#ifndef FASTCV_CORE_CROP_ENGINE_H
#define FASTCV_CORE_CROP_ENGINE_H

#include "fastcv/crop.h"

/* Bytes of memory that a thread needs for itself while it cuts; a multiple of
 * FASTCV_WORKSPACE_ALIGNMENT, which the memory must have too. */
enum { FASTCV_WORKSPACE_ALIGNMENT = 64 };
size_t fastcv_cut_workspace_bytes(const FastcvCropEngine *engine);

/* Cuts rows first … last − 1 of the crop, as it is handed out, into to, whose first row is row
 * `first`. */
FastcvError fastcv_cut(const FastcvCropEngine *engine, const FastcvCrop *crop, int first, int last,
                       FastcvRows to, void *workspace);

/* ---- ahead.c: what a crop will read, asked of the caches a row at a time ---- */

enum { FASTCV_CACHE_LINE_BYTES = 64 };

typedef struct FastcvAhead {
    const uint8_t *row;
    ptrdiff_t stride_bytes, row_bytes;
    int rows; /* that are left; none where the crop reads too much */
} FastcvAhead;

FastcvAhead fastcv_cut_ahead(const FastcvCropEngine *engine, const FastcvCrop *crop);

static inline void fastcv_ahead_ask(FastcvAhead *ahead)
{
    if (ahead->rows <= 0)
        return;
    for (ptrdiff_t x = 0; x < ahead->row_bytes; x += FASTCV_CACHE_LINE_BYTES)
        __builtin_prefetch(ahead->row + x, 0, 2);
    ahead->row += ahead->stride_bytes;
    ahead->rows--;
}

/* ---- copy.c: rows of the page, for crops of kind COPY ---- */

/* Whether the copy has the pixels of the warp that it stands for. */
int fastcv_copy_covers(const FastcvCropEngine *engine, const FastcvGeometry *crop);
size_t fastcv_copy_workspace_bytes(void);
void fastcv_copy_cut(const FastcvCropEngine *engine, const FastcvCrop *crop, int first, int last,
                     FastcvRows to, void *workspace);

/* ---- tiles.c: our own kernels ---- */

/* Whether they do it: uint8, an interpolation and a number of channels that they have a blend for,
 * constant or replicated borders, and sides of at most 2^26 px (positions are int32 in 1/32 px). */
int fastcv_tiles_cover(const FastcvCropEngine *engine);
size_t fastcv_tiles_workspace_bytes(void);
void fastcv_tiles_cut(const FastcvCropEngine *engine, const FastcvCrop *crop, int first, int last,
                      FastcvRows to, void *workspace);

/* ---- float_tiles.c: our own kernels, in OpenCV 5's arithmetic ---- */

/* Whether they do it: uint8, nearest, linear, area or cubic, 1, 3 or 4 channels, and constant or
 * replicated borders. */
int fastcv_float_tiles_cover(const FastcvImage *page, const FastcvSampling *sampling);
size_t fastcv_float_tiles_workspace_bytes(const FastcvCropEngine *engine);
void fastcv_float_tiles_cut(const FastcvCropEngine *engine, const FastcvCrop *crop, int first,
                            int last, FastcvRows to, void *workspace);

/* ---- remap.c: cv::remap, for everything; the crop's region must be within what it takes ---- */

size_t fastcv_remap_workspace_bytes(void);
FastcvError fastcv_remap_cut(const FastcvCropEngine *engine, const FastcvCrop *crop, int first,
                             int last, FastcvRows to, void *workspace);

#endif
