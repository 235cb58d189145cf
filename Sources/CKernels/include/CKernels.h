// Small C functions for what Swift cannot express at full speed: byte masks, prefetches, Snappy's
// inner loop. What is short is inlined and needs only the baseline instruction set; a loop that has a
// wider form asks the processor each time that it is called.
#ifndef LAKE_CKERNELS_H
#define LAKE_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
// Vectors of the compiler instead of <emmintrin.h>: that header's module declares the thread types
// too, and Swift then takes them for its own in files that import the C library.
typedef uint8_t lake_bytes16 __attribute__((vector_size(16)));
typedef char lake_chars16 __attribute__((vector_size(16)));
typedef int64_t lake_words2 __attribute__((vector_size(16)));

static inline lake_bytes16 lake_load16(const uint8_t *at) {
  lake_bytes16 block;
  memcpy(&block, at, sizeof block);
  return block;
}

/// The highest bit of each byte, lowest byte first.
static inline uint32_t lake_signs16(lake_bytes16 block) {
  return (uint32_t)__builtin_ia32_pmovmskb128((lake_chars16)block);
}
#endif

/// The positions of `byte` in the 16 bytes at `at`, one bit each, lowest first.
static inline uint32_t lake_mask16_equal(const uint8_t *at, uint8_t byte) {
#if defined(__x86_64__)
  return lake_signs16((lake_bytes16)(lake_load16(at) == byte));
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
  lake_words2 sums = {0, 0};
  while (count - index >= 16) {
    // Each lane counts to at most 255 before it is added up.
    lake_bytes16 lanes = {0};
    int64_t blocks = (count - index) / 16;
    if (blocks > 255) blocks = 255;
    for (int64_t block = 0; block < blocks; block++, index += 16)
      lanes -= (lake_bytes16)(lake_load16(at + index) == byte);
    sums += (lake_words2)__builtin_ia32_psadbw128((lake_chars16)lanes, (lake_chars16){0});
  }
  total = sums[0] + sums[1];
#endif
  for (; index < count; index++) total += at[index] == byte;
  return total;
}

/// Where the `length` bytes at `needle` first begin in the `count` bytes at `text`, or -1.
///
/// Many places at a time by their first and last byte (W. Muła, *SIMD-friendly algorithms for substring
/// searching*).
int64_t lake_find(const uint8_t *text, int64_t count, const uint8_t *needle, int64_t length);

/// The same by the baseline instruction set.
int64_t lake_find_baseline(
    const uint8_t *text, int64_t count, const uint8_t *needle, int64_t length);

/// The 16 bytes of Swift's `ByteView`.
typedef struct {
  uint32_t count;
  uint32_t start;
  /// Where the text is, if it has more than the twelve bytes that would fit behind the count.
  uint64_t rest;
} lake_text;

static inline const uint8_t *lake_text_bytes(const lake_text *text) {
  return text->count <= 12 ? (const uint8_t *)text + 4 : (const uint8_t *)(uintptr_t)text->rest;
}

/// Sets each of the `count` bytes `found` to whether the text of the row `row & mask` contains the
/// `length` bytes at `needle`.
void lake_texts_contain(
    const lake_text *texts, int64_t mask, int64_t count, const uint8_t *needle, int64_t length,
    uint8_t *found);

/// How many code points the text of each row `row & mask` has.
void lake_texts_count_code_points(
    const lake_text *texts, int64_t mask, int64_t count, int64_t *lengths);

/// How many of the `count` bytes at `at` start a code point of UTF-8.
static inline int64_t lake_count_code_points(const uint8_t *at, int64_t count) {
  int64_t total = 0, index = 0;
#if defined(__x86_64__)
  lake_words2 sums = {0, 0};
  while (count - index >= 16) {
    lake_bytes16 lanes = {0};
    int64_t blocks = (count - index) / 16;
    if (blocks > 255) blocks = 255;
    for (int64_t block = 0; block < blocks; block++, index += 16)
      lanes -= (lake_bytes16)((lake_load16(at + index) & 0xC0) != 0x80);
    sums += (lake_words2)__builtin_ia32_psadbw128((lake_chars16)lanes, (lake_chars16){0});
  }
  total = sums[0] + sums[1];
  if (count >= 16 && index < count) {
    // The last 16 bytes once more, without those that are counted.
    lake_bytes16 starts = (lake_bytes16)((lake_load16(at + count - 16) & 0xC0) != 0x80);
    return total + __builtin_popcount(lake_signs16(starts) >> (16 - (count - index)));
  }
#endif
  for (; index < count; index++) total += (at[index] & 0xC0) != 0x80;
  return total;
}

/// The first bytes of the 16 at `at` that end or interrupt a JSON string, one bit each: quotes,
/// backslashes and control characters.
static inline uint32_t lake_mask16_json_string(const uint8_t *at) {
#if defined(__x86_64__)
  lake_bytes16 block = lake_load16(at);
  return lake_signs16((lake_bytes16)((block == '"') | (block == '\\') | (block < 0x20)));
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
  for (int part = 0; part < 4; part++) {
    lake_bytes16 block = lake_load16(at + 16 * part);
    lake_bytes16 hits = (lake_bytes16)((block == a) | (block == b) | (block == c));
    mask |= (uint64_t)lake_signs16(hits) << (16 * part);
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
    lake_bytes16 bits = lake_load16(at + index) | lake_load16(at + index + 16)
        | lake_load16(at + index + 32) | lake_load16(at + index + 48);
    if (lake_signs16(bits)) return false;
  }
  for (; count - index >= 16; index += 16)
    if (lake_signs16(lake_load16(at + index))) return false;
  if (count >= 16) return index == count || !lake_signs16(lake_load16(at + count - 16));
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

/// Has the C library give blocks from this size on back to the system as soon as they are freed, smaller
/// ones when `idle_byte_count` are free at an arena's end, and use no more arenas than `arena_count`.
/// Nothing where the library has no such settings.
void lake_limit_idle_memory(int block_byte_count, int idle_byte_count, int arena_count);

/// Hints that the cache line at `at` is read soon.
static inline void lake_prefetch(const void *at) { __builtin_prefetch(at, 0, 3); }

#endif
