/* float_mode.h; loops, which run in its mode whatever the caller's is; and what they compute.
 * tools/check_float_mode.sh runs it, natively or in qemu. */
#include <fenv.h>
#include <float.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "check_results.h"
#include "fastcv/float_mode.h"
#include "fastcv/threads.h"

/* ---- modes ---- */

static uint64_t control(void)
{
#if defined(__x86_64__)
    return _mm_getcsr() & 0xFFC0; /* without the sticky flags */
#else
    uint64_t fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    return fpcr;
#endif
}

static void flush_subnormals(void)
{
#if defined(__x86_64__)
    _mm_setcsr(_mm_getcsr() | 0x8040); /* FTZ, DAZ */
#else
    __asm__ volatile("msr fpcr, %0" : : "r"(control() | UINT64_C(1) << 24)); /* FZ */
#endif
}

static const int roundings[] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
enum { ROUNDINGS = 4, MODES = 2 * ROUNDINGS };

static void enter_mode(int mode)
{
    fesetenv(FE_DFL_ENV);
    fesetround(roundings[mode % ROUNDINGS]);
    if (mode >= ROUNDINGS)
        flush_subnormals();
}

/* ---- arithmetic that shows the mode ---- */

typedef struct Sums {
    double tenth, minus_tenth, product;
    float small;
} Sums;

/* volatile: computed here and now. */
static Sums compute(void)
{
    volatile double two = 2, one = 1, ten = 10, tiny = DBL_MIN;
    volatile float small = FLT_MIN;
    return (Sums){one / ten, -one / ten, tiny / two, small * 0.25f};
}

static int is_equal(Sums a, Sums b)
{
    return a.tenth == b.tenth && a.minus_tenth == b.minus_tenth &&
           memcmp(&a.product, &b.product, sizeof a.product) == 0 &&
           memcmp(&a.small, &b.small, sizeof a.small) == 0;
}

/* ---- loops ---- */

enum { ITEMS = 500, WORK_ROUNDS = 8000 };

typedef struct Run {
    Sums expected;
    uint64_t callers_mode;
    atomic_int wrong_items, wrong_polls, polls;
} Run;

static void work(void *context, ptrdiff_t item, int thread)
{
    (void)item, (void)thread;
    Run *run = context;
    for (int i = 0; i < WORK_ROUNDS; i++) {
        if (!is_equal(compute(), run->expected))
            atomic_fetch_add(&run->wrong_items, 1);
    }
}

static int poll(void *context)
{
    Run *run = context;
    atomic_fetch_add(&run->polls, 1);
    if (control() != run->callers_mode)
        atomic_fetch_add(&run->wrong_polls, 1);
    return 0;
}

static int failures;

static void expect(int is_right, const char *what, int mode, int num_threads)
{
    if (is_right)
        return;
    fprintf(stderr, "mode %d, %d threads: %s\n", mode, num_threads, what);
    failures++;
}

static void check_loop(int mode, int num_threads, Sums expected)
{
    Run run = {.expected = expected};
    enter_mode(mode);
    run.callers_mode = control();
    FastcvPool pool = {num_threads, poll, &run};
    const FastcvStatus status = fastcv_run((FastcvLoop){work, &run, ITEMS}, pool);
    const uint64_t after = control();
    fesetenv(FE_DFL_ENV);
    expect(status == FASTCV_OK, "the loop failed", mode, num_threads);
    expect(!atomic_load(&run.wrong_items), "an item ran in another mode", mode, num_threads);
    expect(num_threads > 1 || atomic_load(&run.polls) > 0, "too quick to poll", mode, num_threads);
    expect(!atomic_load(&run.wrong_polls), "poll ran in another mode", mode, num_threads);
    expect(after == run.callers_mode, "the caller's mode changed", mode, num_threads);
}

static void check_enter_and_leave(int mode, Sums expected)
{
    enter_mode(mode);
    const uint64_t callers_mode = control();
    const int shows = is_equal(compute(), expected);
    const FastcvFloatMode before = fastcv_float_mode_enter();
    const int is_default = is_equal(compute(), expected);
    fastcv_float_mode_leave(before);
    const int is_restored = control() == callers_mode;
    fesetenv(FE_DFL_ENV);
    expect(mode == 0 || !shows, "the sums do not show the mode", mode, 0);
    expect(is_default, "enter leaves a mode in force", mode, 0);
    expect(is_restored, "leave does not restore the mode", mode, 0);
}

static void check_results(int mode, int num_threads, Results expected)
{
    enter_mode(mode);
    const Results found = compute_results(num_threads);
    fesetenv(FE_DFL_ENV);
    expect(found.crops == expected.crops, "other crops", mode, num_threads);
    expect(found.colors == expected.colors, "other colours", mode, num_threads);
    expect(found.polygons == expected.polygons, "other polygons", mode, num_threads);
}

typedef struct First {
    int mode;
    Sums expected;
} First;

/* The first loop of the process makes the host and its helpers. */
static void *run_first(void *context)
{
    const First *first = context;
    check_loop(first->mode, 3, first->expected);
    return NULL;
}

int main(void)
{
    const Sums expected = compute();
    First first = {MODES - 1, expected};
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_first, &first) || pthread_join(thread, NULL))
        return 1;
    make_inputs();
    const Results results = compute_results(1);
    for (int mode = 0; mode < MODES; mode++) {
        check_results(mode, 1, results);
        check_results(mode, 2, results);
        check_enter_and_leave(mode, expected);
        check_loop(mode, 1, expected);
        check_loop(mode, 2, expected);
        check_loop(mode, 4, expected);
    }
    printf("%d modes, %d wrong\n", MODES, failures);
    return failures != 0;
}
