/* The two ways to cut rows of a crop: with our own kernels, or with cv::remap. */
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

/* Asks the second-level cache for the part of the page that the crop reads. It arrives while
 * another crop is cut. */
void fastcv_cut_prefetch(const FastcvCropEngine *engine, const FastcvCrop *crop);

/* The same for a rectangle of an image; its last row and column belong to it. */
void fastcv_image_prefetch(const FastcvImage *image, double left, double top, double right,
                           double bottom);

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

/* ---- remap.c: cv::remap, for everything; the crop's region must be within what it takes ---- */

size_t fastcv_remap_workspace_bytes(void);
FastcvError fastcv_remap_cut(const FastcvCropEngine *engine, const FastcvCrop *crop, int first,
                             int last, FastcvRows to, void *workspace);

#endif
