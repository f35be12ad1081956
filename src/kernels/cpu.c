/* The variants that this CPU can run, and which of them is in use. */
#include "kernels/cpu.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "fastcv/variants.h"

typedef struct Variant {
    const char *name;
    FastcvInstructionSet set;  /* of kernels that gain nothing by vectors of 512 bits */
    FastcvInstructionSet wide; /* of those that do */
    int (*is_supported)(void);
    int is_opencv;
} Variant;

static int always(void)
{
    return 1;
}

#if defined(__x86_64__)
/* Not every compiler's __builtin_cpu_supports knows it. */
static int has_f16c(void)
{
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && c & bit_F16C;
}

/* x86-64 since Haswell (2013) and Zen (2017). */
static int has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c();
}

/* With VBMI and VNNI: x86-64 since Ice Lake (2019) and Zen 4 (2022). */
static int has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni");
}

/* It computes 512 bits in two halves. */
static int is_zen4(void)
{
    enum { AMD_19H = 0xF + 0xA }; /* the family: its base, and what is added to it */
    unsigned a, b, c, d;
    if (!has_avx512() || !__get_cpuid(0, &a, &b, &c, &d) || b != signature_AMD_ebx)
        return 0;
    return __get_cpuid(1, &a, &b, &c, &d) && (a >> 8 & 0xF) + (a >> 20 & 0xFF) == AMD_19H;
}
#endif

/* Fastest first. */
static const Variant variants[] = {
#if defined(__x86_64__)
    {"zen4", FASTCV_AVX2, FASTCV_AVX512, is_zen4, 0},
    {"avx512", FASTCV_AVX512, FASTCV_AVX512, has_avx512, 0},
    {"avx2", FASTCV_AVX2, FASTCV_AVX2, has_avx2, 0},
#endif
#if defined(__AARCH64EL__) /* every 64-bit ARM has NEON; the kernels assume little-endian */
    {"neon", FASTCV_NEON, FASTCV_NEON, always, 0},
#endif
    {"c", FASTCV_PLAIN_C, FASTCV_PLAIN_C, always, 0},
    {"opencv", FASTCV_PLAIN_C, FASTCV_PLAIN_C, always, 1},
};

enum { VARIANTS = sizeof variants / sizeof *variants };

static _Atomic(const Variant *) chosen; /* NULL until somebody asks: then the fastest */

static const Variant *nth(int n)
{
    for (int i = 0; i < VARIANTS; i++) {
        if (variants[i].is_supported() && n-- == 0)
            return &variants[i];
    }
    return NULL;
}

static const Variant *current(void)
{
    const Variant *variant = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (variant)
        return variant;
    const Variant *fastest = nth(0); /* takes 100 µs in a virtual machine, which traps CPUID */
    return atomic_compare_exchange_strong(&chosen, &variant, fastest) ? fastest : variant;
}

FastcvInstructionSet fastcv_instruction_set(void)
{
    return current()->set;
}

FastcvInstructionSet fastcv_wide_set(void)
{
    return current()->wide;
}

const char *fastcv_variant_name(int n)
{
    const Variant *variant = nth(n);
    return variant ? variant->name : NULL;
}

const char *fastcv_variant(void)
{
    return current()->name;
}

int fastcv_variant_is_opencv(void)
{
    return current()->is_opencv;
}

int fastcv_variant_choose(const char *name)
{
    const Variant *variant;
    for (int n = 0; (variant = nth(n)); n++) {
        if (strcmp(variant->name, name) == 0) {
            atomic_store_explicit(&chosen, variant, memory_order_relaxed);
            return 1;
        }
    }
    return 0;
}
