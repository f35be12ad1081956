/* What the checks of the kernels share: the case at work, how to end with it, random values, and
 * memory that ends where it says. */
#ifndef FASTCV_CHECK_H
#define FASTCV_CHECK_H

#include <stdint.h>

#include "fastcv/variants.h" /* fastcv_variant() names the variant at work */

/* Names what is being checked, for differ and for a fault. */
void set_case(const char *format, ...);

/* Prints the case and what differs, and exits with 1. */
_Noreturn void differ(const char *format, ...);

/* A signal handler: prints the case that read or wrote beyond its bounds. */
void on_fault(int signal);

/* splitmix64; the same values each time. */
extern uint64_t random_state;
uint64_t random_bits(void);
int random_int(int low, int high);
double random_real(double low, double high);
int one_in(int n);

/* Any magnitude between the two powers of 2, and either sign. */
double random_scale(int low, int high);

/* SOURCE_BYTES of noise, with much black and white in it, between pages that nobody may touch. */
enum { SOURCE_BYTES = 1 << 24 };
uint8_t *make_source(void);

/* ---- a check a file; each returns how much it compared ---- */

typedef struct MapCounts {
    int rows, places, tiles;
    long tile_pixels;
} MapCounts;

struct FastcvMap4;
MapCounts check_map4(const struct FastcvMap4 *map);

/* Calls compared. Blends and runs read source, and runs write it. */
struct FastcvBlend4;
long check_blend4(const struct FastcvBlend4 *blends, const uint8_t *source);

/* The same in OpenCV 5's arithmetic: rows mapped, and calls compared. */
struct FastcvMap5;
int check_map5(const struct FastcvMap5 *map);
struct FastcvBlend5;
long check_blend5(const struct FastcvBlend5 *blends, const uint8_t *source);

/* Tiles. A variant may have none, which is NULL. */
struct FastcvFromPlanes5;
int check_planes5(const struct FastcvFromPlanes5 *kernels, const uint8_t *source);

/* Comes first: the weights are made once a process. */
void check_weights(void);

/* Rows of pixels. */
struct FastcvRunsKernels;
int check_runs(const struct FastcvRunsKernels *kernels, uint8_t *source);

struct FastcvSketchKernels;
int check_sketch(const struct FastcvSketchKernels *kernels);

struct FastcvGrayKernels;
int check_gray(const struct FastcvGrayKernels *kernels, const uint8_t *source);

/* Rows of bits, and sums. Writes source. */
struct FastcvMaskKernels;
int check_mask(const struct FastcvMaskKernels *kernels, uint8_t *source);

/* Discs. */
struct FastcvNearKernels;
long check_near(const struct FastcvNearKernels *kernels);

/* Passes of resampling. */
struct FastcvResampleKernels;
long check_resample(const struct FastcvResampleKernels *kernels, const uint8_t *source);

/* Rows of values, which it writes into source. */
struct FastcvArgmaxKernels;
int check_argmax(const struct FastcvArgmaxKernels *kernels, uint8_t *source);

/* Words resized, normalised and stored. */
struct FastcvResizeKernels;
long check_resize(const struct FastcvResizeKernels *kernels, const uint8_t *source);

#endif
