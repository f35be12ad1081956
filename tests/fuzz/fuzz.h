/* Shared parts of the targets. An input is read from its start and continues with zeros. */
#ifndef FASTCV_FUZZ_H
#define FASTCV_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fastcv/threads.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Input {
    const uint8_t *data;
    size_t size;
} Input;

static inline void take(Input *input, void *out, size_t bytes)
{
    const size_t there = bytes < input->size ? bytes : input->size;
    memset(out, 0, bytes);
    if (there)
        memcpy(out, input->data, there);
    input->data += there;
    input->size -= there;
}

static inline unsigned take_byte(Input *input)
{
    uint8_t byte;
    take(input, &byte, 1);
    return byte;
}

/* Returns a number from low to high, both included. */
static inline int take_int(Input *input, int low, int high)
{
    return low + (int)(take_byte(input) % (unsigned)(high - low + 1));
}

/* Returns a block of exactly this size, so that the sanitizer sees any access beyond it. */
static inline void *new_bytes(size_t bytes)
{
    void *memory = malloc(bytes ? bytes : 1);
    if (!memory)
        abort();
    return memory;
}

/* Fills out with repetitions of the rest of the input. */
static inline void fill(Input rest, uint8_t *out, size_t bytes)
{
    static const uint8_t zero;
    const uint8_t *from = rest.size ? rest.data : &zero;
    size_t done = rest.size ? rest.size : 1;
    if (done > bytes)
        done = bytes;
    memcpy(out, from, done);
    while (done < bytes) { /* doubles the filled part */
        const size_t more = done < bytes - done ? done : bytes - done;
        memcpy(out + done, out, more);
        done += more;
    }
}

static inline void expect(int is_so, const char *what)
{
    if (!is_so) {
        fprintf(stderr, "fuzz: %s\n", what);
        abort();
    }
}

static const FastcvPool one_thread = {.num_threads = 1};

#endif
