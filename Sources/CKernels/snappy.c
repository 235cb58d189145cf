#include "CKernels.h"

// Tags of text are as good as random, and a wrong guess costs more than an element, so no branch
// depends on an element's kind. Literals and copies differ only in where the bytes come from; at
// least 32 bytes are copied whatever the length. What limits the loop is the way from one tag to the
// next and the number of instructions: the tags behind a literal and behind a copy are both loaded
// before it is known which of them counts, and what a tag means is looked up ready to use. Computing
// one address and loading from it took 1.2 times as long for TPC-H's lineitem; two blocks in turn
// were no faster.
//
// Two kinds of data would wait for their own bytes at every element, and are made from a register
// instead: sorted 64-bit numbers, which are one byte and seven of the number before (six times as fast),
// and repetitions of one byte, such as the lengths of empty texts.

/// What a tag means. Where more than 16 bits of distance or a long literal follow, the distance comes
/// out less than the count, which is never allowed.
typedef struct {
  /// Which of the two bytes behind the tag belong to the distance.
  uint16_t mask;
  /// The distance's bits that the tag has; for a literal what lets it pass for a copy.
  uint16_t distance;
  /// The bytes that the element makes.
  uint32_t count;
} meaning;

#define LITERAL(upper) {0, 64, (upper) < 60 ? (upper) + 1 : 65}
#define NEAR(upper) {0xff, ((upper) >> 3) << 8, ((upper) & 7) + 4}
#define MIDDLE(upper) {0xffff, 0, (upper) + 1}
#define FAR(upper) {0, 0, 1}
#define FOUR(upper) LITERAL(upper), NEAR(upper), MIDDLE(upper), FAR(upper)
#define SIXTEEN(upper) FOUR(upper), FOUR((upper) + 1), FOUR((upper) + 2), FOUR((upper) + 3)
#define SIXTY_FOUR(upper) \
  SIXTEEN(upper), SIXTEEN((upper) + 4), SIXTEEN((upper) + 8), SIXTEEN((upper) + 12)

static const meaning tags[256] = {
    SIXTY_FOUR(0), SIXTY_FOUR(16), SIXTY_FOUR(32), SIXTY_FOUR(48)};

static inline void copy32(uint8_t *target, const uint8_t *source) {
  // Two steps of 16: the second may need what the first has written.
  uint8_t bytes[16];
  memcpy(bytes, source, 16);
  memcpy(target, bytes, 16);
  memcpy(bytes, source + 16, 16);
  memcpy(target + 16, bytes, 16);
}

// A literal of one byte, any byte, and a copy of seven bytes from eight back.
static inline int is_next_number(uint32_t elements) {
  return (elements & 0xffff00ff) == 0x080d0000;
}

static inline uint32_t load32(const uint8_t *bytes) {
  uint32_t value;
  memcpy(&value, bytes, 4);
  return value;
}

void lake_snappy_elements(lake_snappy_block *block) {
  const uint8_t *input = block->input, *start = block->start;
  uint8_t *output = block->output;
  if (block->input_end - input < lake_snappy_slack ||
      block->output_end - output < lake_snappy_slack || output - start < 64)
    return;
  const uint8_t *input_last = block->input_end - lake_snappy_slack;
  const uint8_t *output_last = block->output_end - lake_snappy_slack;
  uint64_t tag = *input;
  while (input <= input_last && output <= output_last) {
    uint32_t elements = load32(input);
    if (is_next_number(elements)) {
      uint64_t number;
      memcpy(&number, output - 8, 8);
      do {
        number = (number & ~(uint64_t)0xff) | ((elements >> 8) & 0xff);
        memcpy(output, &number, 8);
        output += 8;
        input += 4;
        elements = load32(input);
      } while (is_next_number(elements) && input <= input_last && output <= output_last);
      tag = *input;
      continue;
    }
    const meaning *element = &tags[tag];
    uint16_t behind;
    memcpy(&behind, input + 1, 2);
    uint64_t distance = (uint64_t)((behind & element->mask) | element->distance);
    uint64_t count = element->count;
    // A distance of less than the count repeats bytes that are not there yet.
    if (__builtin_expect(distance < count, 0)) {
      if (distance != 1) break;
      uint64_t repeated = output[-1] * 0x0101010101010101u;
      for (uint64_t done = 0; done < count; done += 8) memcpy(output + done, &repeated, 8);
      output += count;
      input += 1 + (tag & 3);
      tag = *input;
      continue;
    }
    const uint8_t *bytes = output - distance;
    if (__builtin_expect(bytes < start, 0)) break;
    uint64_t kind = tag & 3, upper = tag >> 2;
    const uint8_t *literal = input + 1, *next = input + 1 + kind, *next_literal = input + 2 + upper;
    uint64_t next_tag = *next, next_literal_tag = *next_literal;
#if defined(__x86_64__)
    // Written in C, one of the loads would wait for the choice.
    __asm__("testl %k3, %k3\n\tcmoveq %4, %0\n\tcmoveq %5, %1\n\tcmoveq %6, %2"
            : "+r"(next), "+r"(next_tag), "+r"(bytes)
            : "r"(kind), "r"(next_literal), "r"(next_literal_tag), "r"(literal)
            : "cc");
#else
    next = kind == 0 ? next_literal : next;
    next_tag = kind == 0 ? next_literal_tag : next_tag;
    bytes = kind == 0 ? literal : bytes;
#endif
    copy32(output, bytes);
    if (count > 32) copy32(output + 32, bytes + 32);
    output += count;
    input = next;
    tag = next_tag;
  }
  block->input = input;
  block->output = output;
}
