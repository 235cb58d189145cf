#include "CKernels.h"

// Tags of text are as good as random, and a wrong guess costs more than an element, so no branch
// depends on an element's kind. Literals and copies differ only in where the bytes come from; at
// least 32 bytes are copied whatever the length. What limits the loop is the way from one tag to the
// next, so an element's size is computed from its tag rather than looked up: with a table, pages of
// TPC-H's lineitem took 1.5 times as long. Two blocks in turn were no faster.

// What each tag means:
//
//   bits 0-6    bytes that the element makes
//   bits 8-10   the distance's bits 8-10; 1 for a literal, so that its distance is 256
//   bit 31      set for a copy
//
// A long literal makes one byte with a distance of zero, which is never allowed.
#define LITERAL(upper) ((upper) < 60 ? ((uint32_t)(upper) + 1) | 1u << 8 : 1u)
#define NEAR(upper) \
  ((((uint32_t)(upper) & 7) + 4) | ((uint32_t)(upper) >> 3) << 8 | 1u << 31)
#define FAR(upper) (((uint32_t)(upper) + 1) | 1u << 31)
#define FOUR(upper) LITERAL(upper), NEAR(upper), FAR(upper), FAR(upper)
#define SIXTEEN(upper) FOUR(upper), FOUR((upper) + 1), FOUR((upper) + 2), FOUR((upper) + 3)
#define SIXTY_FOUR(upper) \
  SIXTEEN(upper), SIXTEEN((upper) + 4), SIXTEEN((upper) + 8), SIXTEEN((upper) + 12)

static const uint32_t tags[256] = {
    SIXTY_FOUR(0), SIXTY_FOUR(16), SIXTY_FOUR(32), SIXTY_FOUR(48)};

#if defined(__has_builtin) && __has_builtin(__builtin_unpredictable)
#define UNPREDICTABLE(condition) __builtin_unpredictable(condition)
#else
#define UNPREDICTABLE(condition) (condition)
#endif

/// Which of the four bytes behind a tag belong to its distance.
static const uint32_t distance_masks[4] = {0, 0xff, 0xffff, 0xffffffff};

static inline void copy32(uint8_t *target, const uint8_t *source) {
  // Two steps of 16: the second may need what the first has written.
  uint8_t bytes[16];
  memcpy(bytes, source, 16);
  memcpy(target, bytes, 16);
  memcpy(bytes, source + 16, 16);
  memcpy(target + 16, bytes, 16);
}

/// A block's state in registers.
typedef struct {
  const uint8_t *input;
  uint8_t *output;
  uint32_t tag;
  const uint8_t *input_last;
  uint8_t *output_last;
  const uint8_t *start;
} cursor;

/// Decompresses one element; false, with nothing done, where it needs care or room is short.
static inline __attribute__((always_inline)) bool step(cursor *at) {
  if (at->input > at->input_last || at->output > at->output_last) return false;
  uint32_t tag = at->tag, kind = tag & 3, entry = tags[tag], behind;
  memcpy(&behind, at->input + 1, 4);
  uint32_t size = UNPREDICTABLE(kind == 0) ? (tag >> 2) + 2 : kind + 1 + (kind & kind >> 1);
  const uint8_t *next = at->input + size;
  uint32_t next_tag = *next;
  int64_t distance = (int64_t)(behind & distance_masks[kind]) | (entry & 0x700);
  int64_t count = entry & 0x7f;
  // A distance of less than the count would repeat bytes that are not there yet.
  if (__builtin_expect(distance < count || distance > at->output - at->start, 0)) return false;
  uintptr_t copies = (uintptr_t)(intptr_t)((int32_t)entry >> 31);
  uintptr_t literal = (uintptr_t)at->input + 1;
  uintptr_t copied = (uintptr_t)at->output - (uintptr_t)distance;
  const uint8_t *bytes = (const uint8_t *)(literal ^ (copies & (literal ^ copied)));
  copy32(at->output, bytes);
  if (count > 32) copy32(at->output + 32, bytes + 32);
  at->output += count;
  at->input = next;
  at->tag = next_tag;
  return true;
}

void lake_snappy_elements(lake_snappy_block *block) {
  if (block->input_end - block->input < lake_snappy_slack ||
      block->output_end - block->output < lake_snappy_slack)
    return;
  cursor at = {block->input,
               block->output,
               *block->input,
               block->input_end - lake_snappy_slack,
               block->output_end - lake_snappy_slack,
               block->start};
  while (step(&at)) {
  }
  block->input = at.input;
  block->output = at.output;
}
