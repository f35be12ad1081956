#include "check.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- the case at work, and how to end with it ---- */

static char now[400];

void set_case(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(now, sizeof now, format, arguments);
    va_end(arguments);
}

_Noreturn void differ(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", now);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

void on_fault(int signal)
{
    (void)signal;
    static const char what[] = ": reads beyond its bounds\n";
    ssize_t written = write(STDERR_FILENO, now, strlen(now));
    written += write(STDERR_FILENO, what, sizeof what - 1);
    _exit(written ? 1 : 2);
}

/* ---- random values (splitmix64) ---- */

uint64_t random_state;

uint64_t random_bits(void)
{
    uint64_t z = random_state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

int random_int(int low, int high)
{
    return low + (int)(random_bits() % (uint64_t)(high - low + 1));
}

double random_real(double low, double high)
{
    return low + (high - low) * ldexp((double)(random_bits() >> 11), -53);
}

int one_in(int n)
{
    return random_int(1, n) == 1;
}

double random_scale(int low, int high)
{
    return exp2(random_real(low, high)) * (one_in(2) ? 1 : -1);
}

/* ---- memory ---- */

uint8_t *make_source(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *all =
        mmap(NULL, SOURCE_BYTES + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED || mprotect(all + page, SOURCE_BYTES, PROT_READ | PROT_WRITE) != 0) {
        perror("mmap");
        exit(1);
    }
    for (ptrdiff_t i = 0; i < SOURCE_BYTES; i++) {
        const uint64_t bits = random_bits();
        all[(ptrdiff_t)page + i] = (uint8_t)(bits & 0x300 ? bits : bits & 0x400 ? 255 : 0);
    }
    return all + page;
}
