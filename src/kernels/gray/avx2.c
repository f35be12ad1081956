/* Sixteen pixels at once: a pixel's products are summed in 32 bits. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/gray/gray_all.h"

static inline __m128i load(const uint8_t *bytes)
{
    return _mm_loadu_si128((const __m128i *)bytes);
}

/* Eight pixels' gray, as 32-bit numbers: 0 to 3 in the low lane, 4 to 7 in the high. Reads 16 bytes
 * from each of these halves. */
static inline __m256i gray_eight(const uint8_t *bgr, int channels)
{
    const __m256i pixels =
        _mm256_inserti128_si256(_mm256_castsi128_si256(load(bgr)), load(bgr + 4 * channels), 1);
    const __m128i blue_green =
        channels == 3 ? _mm_setr_epi8(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1)
                      : _mm_setr_epi8(0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1);
    const __m128i red =
        channels == 3 ? _mm_setr_epi8(2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1)
                      : _mm_setr_epi8(2, -1, -1, -1, 6, -1, -1, -1, 10, -1, -1, -1, 14, -1, -1, -1);
    const __m256i two =
        _mm256_madd_epi16(_mm256_shuffle_epi8(pixels, _mm256_broadcastsi128_si256(blue_green)),
                          _mm256_set1_epi32(GRAY_GREEN << 16 | GRAY_BLUE));
    const __m256i one = _mm256_madd_epi16(
        _mm256_shuffle_epi8(pixels, _mm256_broadcastsi128_si256(red)), _mm256_set1_epi32(GRAY_RED));
    const __m256i half = _mm256_set1_epi32(1 << (GRAY_BITS - 1));
    return _mm256_srli_epi32(_mm256_add_epi32(_mm256_add_epi32(two, one), half), GRAY_BITS);
}

static inline void gray_all(const uint8_t *bgr, int count, int channels, uint8_t *out)
{
    enum { READ_BEYOND_PX = 2 }; /* four bytes of three channels */
    int k = 0;
    for (; k + 16 + READ_BEYOND_PX <= count; k += 16, bgr += 16 * channels) {
        /* Words 0–3, 8–11 in the low lane and 4–7, 12–15 in the high. */
        const __m256i words = _mm256_packus_epi32(gray_eight(bgr, channels),
                                                  gray_eight(bgr + 8 * channels, channels));
        const __m256i sorted = _mm256_permute4x64_epi64(words, _MM_SHUFFLE(3, 1, 2, 0));
        const __m128i bytes =
            _mm_packus_epi16(_mm256_castsi256_si128(sorted), _mm256_extracti128_si256(sorted, 1));
        _mm_storeu_si128((__m128i *)(out + k), bytes);
    }
    gray_one_by_one(bgr, count - k, channels, out + k);
}

static void gray(const uint8_t *bgr, int count, int channels, uint8_t *out)
{
    if (channels == 3)
        gray_all(bgr, count, 3, out);
    else
        gray_all(bgr, count, 4, out);
}

const FastcvGrayKernels fastcv_gray_avx2 = {.gray = gray};

#endif
