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
#ifndef _mm512_mask_loadu_ps
#define _mm512_mask_loadu_ps simde_mm512_mask_loadu_ps_
static inline __m512 simde_mm512_mask_loadu_ps_(__m512 other, __mmask16 mask, const float *values)
{
    float all[16];
    _mm512_storeu_ps(all, other);
    for (int i = 0; i < 16; i++) {
        if (mask >> i & 1)
            all[i] = values[i];
    }
    return _mm512_loadu_ps(all);
}
#endif
#ifndef _mm512_mask_loadu_epi16
#define _mm512_mask_loadu_epi16 simde_mm512_mask_loadu_epi16_
static inline __m512i simde_mm512_mask_loadu_epi16_(__m512i other, __mmask32 mask,
                                                    const uint16_t *values)
{
    uint16_t all[32];
    _mm512_storeu_si512(all, other);
    for (int i = 0; i < 32; i++) {
        if (mask >> i & 1)
            all[i] = values[i];
    }
    return _mm512_loadu_si512(all);
}
#endif
#ifndef _mm512_cmpeq_epi16_mask
#define _mm512_cmpeq_epi16_mask simde_mm512_cmpeq_epi16_mask_
static inline __mmask32 simde_mm512_cmpeq_epi16_mask_(__m512i a, __m512i b)
{
    uint16_t left[32], right[32];
    __mmask32 mask = 0;
    _mm512_storeu_si512(left, a);
    _mm512_storeu_si512(right, b);
    for (int i = 0; i < 32; i++)
        mask |= (__mmask32)(left[i] == right[i]) << i;
    return mask;
}
#endif

#ifndef _mm512_maskz_loadu_epi8
#define _mm512_maskz_loadu_epi8 simde_mm512_maskz_loadu_epi8_
static inline __m512i simde_mm512_maskz_loadu_epi8_(__mmask64 mask, const uint8_t *bytes)
{
    uint8_t all[64] = {0};
    for (int i = 0; i < 64; i++) {
        if (mask >> i & 1)
            all[i] = bytes[i];
    }
    return _mm512_loadu_si512(all);
}
#endif
#ifndef _mm512_cvtpd_ps
#define _mm512_cvtpd_ps simde_mm512_cvtpd_ps_
static inline __m256 simde_mm512_cvtpd_ps_(__m512d values)
{
    double wide[8];
    float all[8];
    _mm512_storeu_pd(wide, values);
    for (int i = 0; i < 8; i++)
        all[i] = (float)wide[i];
    return _mm256_loadu_ps(all);
}
#endif
#ifndef _mm512_cvtepi32_ps
#define _mm512_cvtepi32_ps simde_mm512_cvtepi32_ps_
static inline __m512 simde_mm512_cvtepi32_ps_(__m512i values)
{
    int32_t whole[16];
    float all[16];
    _mm512_storeu_si512(whole, values);
    for (int i = 0; i < 16; i++)
        all[i] = (float)whole[i];
    return _mm512_loadu_ps(all);
}
#endif

#ifndef _mm512_cvtps_epi32
#define _mm512_cvtps_epi32 simde_mm512_cvtps_epi32_
static inline __m512i simde_mm512_cvtps_epi32_(__m512 values)
{
    float all[16];
    int32_t whole[16];
    _mm512_storeu_ps(all, values);
    for (int i = 0; i < 16; i++)
        whole[i] = _mm_cvtss_si32(_mm_set_ss(all[i]));
    return _mm512_loadu_si512(whole);
}
#endif

#ifndef _mm512_srai_epi32
#define _mm512_srai_epi32 simde_mm512_srai_epi32_
static inline __m512i simde_mm512_srai_epi32_(__m512i values, unsigned bits)
{
    int32_t all[16];
    _mm512_storeu_si512(all, values);
    for (int i = 0; i < 16; i++)
        all[i] >>= bits;
    return _mm512_loadu_si512(all);
}
#endif

#ifndef _mm512_reduce_add_epi32
#define _mm512_reduce_add_epi32 simde_mm512_reduce_add_epi32_
static inline int simde_mm512_reduce_add_epi32_(__m512i values)
{
    uint32_t all[16], sum = 0;
    _mm512_storeu_si512(all, values);
    for (int i = 0; i < 16; i++)
        sum += all[i];
    return (int)sum;
}
#endif

#endif
