// Small C functions for what Swift cannot express at full speed: byte masks and prefetches.
// Everything here needs only the baseline instruction set and is inlined into Swift.
#ifndef LAKE_CKERNELS_H
#define LAKE_CKERNELS_H

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

/// Hints that the cache line at `at` is read soon.
static inline void lake_prefetch(const void *at) { __builtin_prefetch(at, 0, 3); }

#endif
