#include "CKernels.h"

// Loops over the texts of a batch. Most texts are shorter than a few vectors, so that a call for each
// and the bytes behind its last whole vector take longer than the rest: where the processor has
// AVX-512, a masked load takes what is left, whatever its length.

#if defined(__x86_64__)
#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512bw,bmi2,popcnt")))

static bool has_wide(void) {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("bmi2");
}

/// The lowest `count` bits, or all 64.
WIDE static inline uint64_t low_bits(int64_t count) {
  return _bzhi_u64(~UINT64_C(0), count < 64 ? (uint32_t)count : 64);
}

WIDE static int64_t find_wide(
    const uint8_t *text, int64_t count, const uint8_t *needle, int64_t length) {
  __m512i first = _mm512_set1_epi8((char)needle[0]);
  __m512i last = _mm512_set1_epi8((char)needle[length - 1]);
  for (int64_t place = 0, places = count - length + 1; place < places; place += 64) {
    __mmask64 among = low_bits(places - place);
    __m512i starts = _mm512_maskz_loadu_epi8(among, text + place);
    __m512i ends = _mm512_maskz_loadu_epi8(among, text + place + length - 1);
    uint64_t hits = _mm512_mask_cmpeq_epi8_mask(
        _mm512_mask_cmpeq_epi8_mask(among, starts, first), ends, last);
    for (; hits; hits &= hits - 1) {
      int64_t candidate = place + __builtin_ctzll(hits);
      if (length < 3 || memcmp(text + candidate + 1, needle + 1, length - 2) == 0)
        return candidate;
    }
  }
  return -1;
}

WIDE static void contain_wide(
    const lake_text *texts, int64_t mask, int64_t count, const uint8_t *needle, int64_t length,
    uint8_t *found) {
  for (int64_t row = 0; row < count; row++) {
    const lake_text *text = texts + (row & mask);
    found[row] = find_wide(lake_text_bytes(text), text->count, needle, length) >= 0;
  }
}

WIDE static void count_wide(
    const lake_text *texts, int64_t mask, int64_t count, int64_t *lengths) {
  __m512i before_starts = _mm512_set1_epi8((char)0xBF);
  for (int64_t row = 0; row < count; row++) {
    const lake_text *text = texts + (row & mask);
    const uint8_t *bytes = lake_text_bytes(text);
    int64_t total = 0;
    for (int64_t at = 0, size = text->count; at < size; at += 64) {
      __mmask64 among = low_bits(size - at);
      __m512i block = _mm512_maskz_loadu_epi8(among, bytes + at);
      total += _mm_popcnt_u64(_mm512_mask_cmpgt_epi8_mask(among, block, before_starts));
    }
    lengths[row] = total;
  }
}
#endif

int64_t lake_find_baseline(
    const uint8_t *text, int64_t count, const uint8_t *needle, int64_t length) {
  if (length == 0) return 0;
  int64_t last_place = count - length, place = 0;
  if (last_place < 0) return -1;
#if defined(__x86_64__)
  // Sixteen places at a time; the last sixteen overlap those before.
  while (last_place >= 15) {
    if (place > last_place - 15) place = last_place - 15;
    uint32_t hits = lake_mask16_equal(text + place, needle[0])
        & lake_mask16_equal(text + place + length - 1, needle[length - 1]);
    for (; hits; hits &= hits - 1) {
      int64_t candidate = place + __builtin_ctz(hits);
      if (memcmp(text + candidate, needle, length) == 0) return candidate;
    }
    if (place == last_place - 15) return -1;
    place += 16;
  }
#endif
  for (; place <= last_place; place++)
    if (text[place] == needle[0] && memcmp(text + place, needle, length) == 0) return place;
  return -1;
}

int64_t lake_find(
    const uint8_t *text, int64_t count, const uint8_t *needle, int64_t length) {
#if defined(__x86_64__)
  if (length > 0 && has_wide()) return find_wide(text, count, needle, length);
#endif
  return lake_find_baseline(text, count, needle, length);
}

void lake_texts_contain(
    const lake_text *texts, int64_t mask, int64_t count, const uint8_t *needle, int64_t length,
    uint8_t *found) {
#if defined(__x86_64__)
  if (length > 0 && has_wide()) {
    contain_wide(texts, mask, count, needle, length, found);
    return;
  }
#endif
  for (int64_t row = 0; row < count; row++) {
    const lake_text *text = texts + (row & mask);
    found[row] = lake_find_baseline(lake_text_bytes(text), text->count, needle, length) >= 0;
  }
}

void lake_texts_count_code_points(
    const lake_text *texts, int64_t mask, int64_t count, int64_t *lengths) {
#if defined(__x86_64__)
  if (has_wide()) {
    count_wide(texts, mask, count, lengths);
    return;
  }
#endif
  for (int64_t row = 0; row < count; row++) {
    const lake_text *text = texts + (row & mask);
    lengths[row] = lake_count_code_points(lake_text_bytes(text), text->count);
  }
}
