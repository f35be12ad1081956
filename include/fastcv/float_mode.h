/* The floating-point mode that all of fastcv computes in: round to nearest, subnormals kept,
 * exceptions masked. A thread may be in another: fesetround, or a library built with -ffast-math,
 * changes it, and a new thread inherits its maker's.
 *
 * Compilers may move arithmetic across these calls. Put the arithmetic in a function that they
 * cannot inline, such as one behind a pointer. */
#ifndef FASTCV_FLOAT_MODE_H
#define FASTCV_FLOAT_MODE_H

#include <stdint.h>

#if defined(__x86_64__)
#include <xmmintrin.h>

typedef uint32_t FastcvFloatMode;

/* Returns the mode before, for fastcv_float_mode_leave on the same thread. */
static inline FastcvFloatMode fastcv_float_mode_enter(void)
{
    const FastcvFloatMode before = _mm_getcsr();
    _mm_setcsr(0x1F80); /* Intel SDM vol. 1, 10.2.3: the state after reset */
    return before;
}

static inline void fastcv_float_mode_leave(FastcvFloatMode before)
{
    _mm_setcsr(before);
}

#elif defined(__aarch64__)

typedef uint64_t FastcvFloatMode;

static inline FastcvFloatMode fastcv_float_mode_enter(void)
{
    FastcvFloatMode before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(UINT64_C(0)) : "memory");
    return before;
}

static inline void fastcv_float_mode_leave(FastcvFloatMode before)
{
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
