/* Runs a target without libFuzzer: replay RUNS FILE… runs every file, then RUNS random inputs. */
#include "fuzz.h"

enum { MOST_BYTES = 4096 };

static uint64_t state = 20231;

static uint64_t next(void) /* splitmix64 */
{
    uint64_t z = state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

static void run_file(const char *name)
{
    FILE *file = fopen(name, "rb");
    if (!file) {
        perror(name);
        exit(2);
    }
    uint8_t *data = malloc(1 << 20);
    const size_t size = fread(data, 1, 1 << 20, file);
    fclose(file);
    uint8_t *exact = new_bytes(size);
    memcpy(exact, data, size);
    free(data);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

int main(int count, char **arguments)
{
    const long runs = count > 1 ? atol(arguments[1]) : 0;
    for (int i = 2; i < count; i++)
        run_file(arguments[i]);
    for (long run = 0; run < runs; run++) {
        uint8_t data[MOST_BYTES];
        const size_t size = next() % 300;
        const unsigned kind = next() % 4;
        for (size_t i = 0; i < size; i++)
            data[i] = kind ? (uint8_t)(next() >> 13) : (uint8_t)((next() >> 13) & 15);
        LLVMFuzzerTestOneInput(data, size);
    }
    printf("%d files and %ld random inputs\n", count > 2 ? count - 2 : 0, runs);
    return 0;
}
