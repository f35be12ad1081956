/* Pixels in AVX2: loads and stores that blends of every arithmetic share. */
#ifndef FASTCV_KERNELS_PIXELS_AVX2_H
#define FASTCV_KERNELS_PIXELS_AVX2_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

static inline __m128i load(const uint8_t *bytes)
{
    return _mm_loadu_si128((const __m128i *)bytes);
}

static inline __m256i load_two(const uint8_t *low, const uint8_t *high)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(load(low)), load(high), 1);
}

static inline __m256i both_lanes(__m128i lane)
{
    return _mm256_broadcastsi128_si256(lane);
}

/* Eight pixels of 3 channels are 12 bytes a lane. If there is room for four more than 24 bytes, two
 * stores are enough. */
static inline void store_pixels(uint8_t *out, __m256i pixels, int channels, int has_room)
{
    const __m128i low = _mm256_castsi256_si128(pixels), high = _mm256_extracti128_si256(pixels, 1);
    if (channels == 4) {
        _mm256_storeu_si256((__m256i *)out, pixels);
    } else if (has_room) {
        _mm_storeu_si128((__m128i *)out, low);
        _mm_storeu_si128((__m128i *)(out + 12), high);
    } else {
        const uint32_t last = (uint32_t)_mm_extract_epi32(high, 2);
        _mm_storeu_si128((__m128i *)out, low);
        _mm_storel_epi64((__m128i *)(out + 12), high);
        memcpy(out + 20, &last, sizeof last);
    }
}

/* Turns eight pixels, as words in the order 0 1 4 5 (outer) and 2 3 6 7 (inner), to bytes. */
static inline void pack_and_store(__m256i outer, __m256i inner, int channels, int has_room,
                                  uint8_t *out)
{
    __m256i pixels = _mm256_packus_epi16(outer, inner);
    if (channels == 3)
        pixels = _mm256_shuffle_epi8(pixels, both_lanes(_mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10,
                                                                      12, 13, 14, -1, -1, -1, -1)));
    store_pixels(out, pixels, channels, has_room);
}

static inline uint32_t load_u16(const uint8_t *bytes)
{
    uint16_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

/* The two bytes at every pixel. */
static inline __m128i load_words(const uint8_t *base, const int32_t *offset)
{
    __m128i words = _mm_cvtsi32_si128((int)load_u16(base + offset[0]));
    words = _mm_insert_epi16(words, (int)load_u16(base + offset[1]), 1);
    words = _mm_insert_epi16(words, (int)load_u16(base + offset[2]), 2);
    words = _mm_insert_epi16(words, (int)load_u16(base + offset[3]), 3);
    words = _mm_insert_epi16(words, (int)load_u16(base + offset[4]), 4);
    words = _mm_insert_epi16(words, (int)load_u16(base + offset[5]), 5);
    words = _mm_insert_epi16(words, (int)load_u16(base + offset[6]), 6);
    return _mm_insert_epi16(words, (int)load_u16(base + offset[7]), 7);
}

static inline int load_i32(const uint8_t *bytes)
{
    int32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

#endif
