/* The floating-point mode that all of fastcv computes in: round to nearest, subnormals kept,
 * exceptions masked. A thread may be in another: fesetround, or a library built with -ffast-math,
 * changes it, and a new thread inherits its maker's.
 *
 * The mode is set only where it is another: that takes 5 ns each time, as long as measuring a small
 * polygon. Flags of past exceptions are no part of the mode.
 *
 * Compilers may move arithmetic across these calls. Put the arithmetic in a function that they
 * cannot inline, such as one behind a pointer. */
#ifndef FASTCV_FLOAT_MODE_H
#define FASTCV_FLOAT_MODE_H

#include <stdint.h>

#if defined(__x86_64__)
#include <xmmintrin.h>

typedef uint32_t FastcvFloatMode;

/* Intel SDM vol. 1, 10.2.3: MXCSR after reset. The lowest 6 bits are the flags. */
enum { FASTCV_MXCSR = 0x1F80, FASTCV_MXCSR_FLAGS = 0x3F };

/* Returns the mode before, for fastcv_float_mode_leave on the same thread. */
static inline FastcvFloatMode fastcv_float_mode_enter(void)
{
    const FastcvFloatMode before = _mm_getcsr();
    if ((before & ~(uint32_t)FASTCV_MXCSR_FLAGS) != FASTCV_MXCSR)
        _mm_setcsr(FASTCV_MXCSR);
    return before;
}

static inline void fastcv_float_mode_leave(FastcvFloatMode before)
{
    if ((before & ~(uint32_t)FASTCV_MXCSR_FLAGS) != FASTCV_MXCSR)
        _mm_setcsr(before);
}

#elif defined(__aarch64__)

typedef uint64_t FastcvFloatMode;

static inline FastcvFloatMode fastcv_float_mode_enter(void)
{
    FastcvFloatMode before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    if (before)
        __asm__ volatile("msr fpcr, %0" : : "r"(UINT64_C(0)) : "memory");
    return before;
}

static inline void fastcv_float_mode_leave(FastcvFloatMode before)
{
    if (before)
        __asm__ volatile("msr fpcr, %0" : : "r"(before) : "memory");
}

#else
#include <fenv.h>

typedef fenv_t FastcvFloatMode;

static inline FastcvFloatMode fastcv_float_mode_enter(void)
{
    FastcvFloatMode before;
    fegetenv(&before);
    fesetenv(FE_DFL_ENV);
    return before;
}

static inline void fastcv_float_mode_leave(FastcvFloatMode before)
{
    fesetenv(&before);
}

#endif

#endif
