/* Which variant of the kernels runs: an instruction set, or OpenCV in place of our crops. */
#ifndef FASTCV_VARIANTS_H
#define FASTCV_VARIANTS_H

/* The names of the variants that this CPU can run: its instruction sets, fastest first, then
 * "opencv". NULL after the last. */
const char *fastcv_variant_name(int n);

/* The name of the variant in use: the fastest, until another is chosen. */
const char *fastcv_variant(void);

/* Whether "opencv" is in use: OpenCV cuts every crop. Colours and polygons then use plain C. */
int fastcv_variant_is_opencv(void);

/* Returns 0 and changes nothing if name is not one of the names above. Calls in progress keep the
 * variant that they began with. */
int fastcv_variant_choose(const char *name);

#endif
