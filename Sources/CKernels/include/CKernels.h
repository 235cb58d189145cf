// Small C functions for what Swift cannot express at full speed: byte masks, prefetches, Snappy's
// inner loop. Everything here needs only the baseline instruction set; what is short is inlined.
#ifndef LAKE_CKERNELS_H
#define LAKE_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

/// The positions of `byte` in the 16 bytes at `at`, one bit each, lowest first.
static inline uint32_t lake_mask16_equal(const uint8_t *at, uint8_t byte) {
#if defined(__x86_64__)
  __m128i block = _mm_loadu_si128((const __m128i *)at);
  return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8((char)byte)));
#else
  uint32_t mask = 0;
  for (int i = 0; i < 16; i++) mask |= (uint32_t)(at[i] == byte) << i;
  return mask;
#endif
}

/// How many of the `count` bytes at `at` equal `byte`; 16 readable bytes past the end are not needed.
static inline int64_t lake_count_equal(const uint8_t *at, int64_t count, uint8_t byte) {
  int64_t total = 0, index = 0;
#if defined(__x86_64__)
  const __m128i wanted = _mm_set1_epi8((char)byte);
  __m128i sums = _mm_setzero_si128();
  while (count - index >= 16) {
    // Each lane counts to at most 255 before it is added up.
    __m128i lanes = _mm_setzero_si128();
    int64_t blocks = (count - index) / 16;
    if (blocks > 255) blocks = 255;
    for (int64_t block = 0; block < blocks; block++, index += 16) {
      __m128i bytes = _mm_loadu_si128((const __m128i *)(at + index));
      lanes = _mm_sub_epi8(lanes, _mm_cmpeq_epi8(bytes, wanted));
    }
    sums = _mm_add_epi64(sums, _mm_sad_epu8(lanes, _mm_setzero_si128()));
  }
  total = _mm_cvtsi128_si64(sums) + _mm_cvtsi128_si64(_mm_unpackhi_epi64(sums, sums));
#endif
  for (; index < count; index++) total += at[index] == byte;
  return total;
}

/// The first bytes of the 16 at `at` that end or interrupt a JSON string, one bit each: quotes,
/// backslashes and control characters.
static inline uint32_t lake_mask16_json_string(const uint8_t *at) {
#if defined(__x86_64__)
  __m128i block = _mm_loadu_si128((const __m128i *)at);
  __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
  __m128i slash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
  __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
  return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), low));
#else
  uint32_t mask = 0;
  for (int i = 0; i < 16; i++)
    mask |= (uint32_t)(at[i] == '"' || at[i] == '\\' || at[i] < 0x20) << i;
  return mask;
#endif
}

/// The positions of any of three bytes in the 64 bytes at `at`, one bit each, lowest first.
static inline uint64_t lake_mask64_any3(const uint8_t *at, uint8_t a, uint8_t b, uint8_t c) {
  uint64_t mask = 0;
#if defined(__x86_64__)
  const __m128i first = _mm_set1_epi8((char)a);
  const __m128i second = _mm_set1_epi8((char)b);
  const __m128i third = _mm_set1_epi8((char)c);
  for (int part = 0; part < 4; part++) {
    __m128i block = _mm_loadu_si128((const __m128i *)(at + 16 * part));
    __m128i hits = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(block, first), _mm_cmpeq_epi8(block, second)),
        _mm_cmpeq_epi8(block, third));
    mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(hits) << (16 * part);
  }
#else
  for (int i = 0; i < 64; i++)
    mask |= (uint64_t)(at[i] == a || at[i] == b || at[i] == c) << i;
#endif
  return mask;
}

/// Whether all `count` bytes at `at` are ASCII.
static inline bool lake_is_ascii(const uint8_t *at, int64_t count) {
  int64_t index = 0;
#if defined(__x86_64__)
  for (; count - index >= 64; index += 64) {
    __m128i bits = _mm_loadu_si128((const __m128i *)(at + index));
    bits = _mm_or_si128(bits, _mm_loadu_si128((const __m128i *)(at + index + 16)));
    bits = _mm_or_si128(bits, _mm_loadu_si128((const __m128i *)(at + index + 32)));
    bits = _mm_or_si128(bits, _mm_loadu_si128((const __m128i *)(at + index + 48)));
    if (_mm_movemask_epi8(bits)) return false;
  }
#endif
  for (; index < count; index++)
    if (at[index] & 0x80) return false;
  return true;
}

/// How far a Snappy block has been decompressed.
typedef struct {
  const uint8_t *input;
  const uint8_t *input_end;
  uint8_t *start;
  uint8_t *output;
  uint8_t *output_end;
} lake_snappy_block;

/// The bytes that must be left of source and target for the quick path.
enum { lake_snappy_slack = 80 };

/// Decompresses elements up to one that needs care: the caller looks at that one, and calls again.
///
/// Stops in front of a long literal, a copy that repeats itself or reaches too far back, and where
/// fewer than `lake_snappy_slack` bytes are left.
void lake_snappy_elements(lake_snappy_block *block);

/// Hints that the cache line at `at` is read soon.
static inline void lake_prefetch(const void *at) { __builtin_prefetch(at, 0, 3); }

#endif
