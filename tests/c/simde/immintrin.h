/* AVX-512 in plain C, by SIMDe. A build that finds this header before the compiler's own makes an
 * avx512.c that runs on CPUs without AVX-512. */
#ifndef CHECK_IMMINTRIN_H
#define CHECK_IMMINTRIN_H

#include_next <immintrin.h>

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

/* SIMDe 0.7 lacks these. */
#ifndef _mm512_cmpgt_epu32_mask
#define _mm512_cmpgt_epu32_mask(a, b) ((__mmask16)~_mm512_cmple_epu32_mask(a, b))
#endif
#ifndef _mm512_mask_cmpgt_epu32_mask
#define _mm512_mask_cmpgt_epu32_mask(k, a, b) ((__mmask16)((k) & ~_mm512_cmple_epu32_mask(a, b)))
#endif
#ifndef _mm512_mask_storeu_epi8
#define _mm512_mask_storeu_epi8 simde_mm512_mask_storeu_epi8_
static inline void simde_mm512_mask_storeu_epi8_(uint8_t *out, __mmask64 mask, __m512i bytes)
{
    uint8_t all[64];
    _mm512_storeu_si512(all, bytes);
    for (int i = 0; i < 64; i++) {
        if (mask >> i & 1)
            out[i] = all[i];
    }
}
#endif

#endif
