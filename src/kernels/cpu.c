/* Which variant runs: decided once, by what the CPU can do. */
#include "fastcv/variants.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "kernels/kernels.h"

static const FastcvKernels *const variants[] = {
#if defined(__x86_64__)
    &fastcv_kernels_avx512, &fastcv_kernels_avx2,
#endif
#if defined(__AARCH64EL__)
    &fastcv_kernels_neon,
#endif
    &fastcv_kernels_c,      &fastcv_kernels_opencv,
};

enum { VARIANTS = sizeof variants / sizeof *variants };

static _Atomic(const FastcvKernels *) chosen;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void initialise(void)
{
    fastcv_cubic_weights_fill();
    atomic_store(&chosen, fastcv_kernels_nth(0));
}

const FastcvKernels *fastcv_kernels_nth(int n)
{
    for (int i = 0; i < VARIANTS; i++) {
        if (variants[i]->is_supported() && n-- == 0)
            return variants[i];
    }
    return NULL;
}

const FastcvKernels *fastcv_kernels(void)
{
    pthread_once(&once, initialise);
    return atomic_load_explicit(&chosen, memory_order_relaxed);
}

const char *fastcv_variant_name(int n)
{
    const FastcvKernels *kernels = fastcv_kernels_nth(n);
    return kernels ? kernels->name : NULL;
}

const char *fastcv_variant(void)
{
    return fastcv_kernels()->name;
}

int fastcv_variant_choose(const char *name)
{
    pthread_once(&once, initialise);
    const FastcvKernels *kernels;
    for (int n = 0; (kernels = fastcv_kernels_nth(n)); n++) {
        if (strcmp(kernels->name, name) == 0) {
            atomic_store(&chosen, kernels);
            return 1;
        }
    }
    return 0;
}
