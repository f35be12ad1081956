/* What may be called at once is called at once, by several threads, and compared with what one got
 * alone: for ThreadSanitizer, which reports every two accesses that nothing orders. Run by
 * tools/check_races.sh. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fastcv/colors.h"
#include "fastcv/crop.h"
#include "fastcv/polygons.h"
#include "fastcv/slabs.h"
#include "fastcv/text_colors.h"
#include "fastcv/variants.h"
#include "races/openmp.h"
#include "races/stage.h"

enum {
    CALLERS = 6,
    MOST_THREADS = 4, /* of a call */
    PAGE_WIDTH = 400,
    PAGE_HEIGHT = 300,
    QUADS = 600, /* planned by two threads */
    COLORS_WIDTH = 1024,
    COLORS_HEIGHT = 640, /* counted by two threads */
    TOP_COLORS = 9,
    COLOR_BOXES = 300, /* counted by two threads, and the first by all */
    POLYGONS = 3000,
    VERTICES = 5,
    POINTS = 9000, /* matched by two threads */
    SLABS = 12,
    CHILD_SECONDS = 120, /* a child that hangs ends */
};

static const double MAX_DIST = 12;

static _Noreturn void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    _exit(1);
}

static void *allocate(size_t bytes)
{
    void *memory = malloc(bytes);
    if (!memory)
        fail("no memory");
    return memory;
}

/* ---- random values (splitmix64), of each caller its own ---- */

static uint64_t random_bits(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

static int random_int(uint64_t *state, int low, int high)
{
    return low + (int)(random_bits(state) % (uint64_t)(high - low + 1));
}

static double random_real(uint64_t *state, double low, double high)
{
    return low + (high - low) * ldexp((double)(random_bits(state) >> 11), -53);
}

/* ---- what all callers share, and never change ---- */

typedef struct CropCase {
    FastcvImage page;
    FastcvSampling options;
    FastcvCropEngine engine;
    size_t bytes; /* of all crops */
    uint8_t *expected;
} CropCase;

/* The colours of words in as many boxes. */
typedef struct Words {
    uint8_t text[COLOR_BOXES][3], background[COLOR_BOXES][3], outline[COLOR_BOXES][3];
    float confidence[COLOR_BOXES];
} Words;

typedef struct ColorCase {
    FastcvColorPage page;
    size_t found;
    FastcvColorCount expected[TOP_COLORS];
    FastcvColorBox boxes[COLOR_BOXES]; /* with the expected colours */
    float corners[COLOR_BOXES][8];
    FastcvColorCount expected_in_boxes[COLOR_BOXES][TOP_COLORS];
    Words expected_words;
} ColorCase;

enum { CROP_CASES = 4, COLOR_CASES = 3 };

static struct {
    FastcvQuad quads[QUADS];
    CropCase crops[CROP_CASES];
    ColorCase colors[COLOR_CASES];
    double xy[POLYGONS * VERTICES * 2];
    FastcvPolygon polygons[POLYGONS];
    FastcvPolygonIndex *index;
    double points[POINTS * 2];
    ptrdiff_t best[POINTS];
} shared;

static FastcvImage make_image(uint64_t *state, int width, int height, int channels, int levels)
{
    const size_t bytes = (size_t)width * (size_t)height * (size_t)channels;
    uint8_t *pixels = allocate(bytes);
    for (size_t i = 0; i < bytes; i++)
        pixels[i] = (uint8_t)(random_int(state, 0, levels - 1) * 255 / (levels - 1));
    return (FastcvImage){pixels, (ptrdiff_t)width * channels, width, height, channels, FASTCV_U8};
}

static FastcvImage as_floats(FastcvImage image)
{
    const size_t numbers = (size_t)(image.height_px * image.stride_bytes);
    float *floats = allocate(numbers * sizeof *floats);
    for (size_t i = 0; i < numbers; i++)
        floats[i] = image.pixels[i];
    return (FastcvImage){(uint8_t *)floats, image.stride_bytes * (ptrdiff_t)sizeof *floats,
                         image.width_px,    image.height_px,
                         image.channels,    FASTCV_F32};
}

static void make_quads(uint64_t *state)
{
    for (int i = 0; i < QUADS; i++) {
        const double x = random_real(state, 0, PAGE_WIDTH), y = random_real(state, 0, PAGE_HEIGHT);
        const double angle = random_real(state, -0.5, 0.5), c = cos(angle), s = sin(angle);
        const double w = random_real(state, 10, 50), h = random_real(state, 6, 14);
        const double corners[4][2] = {{0, 0}, {w, 0}, {w, h}, {0, h}};
        for (int k = 0; k < 4; k++) {
            shared.quads[i].x[k] = (float)(x + c * corners[k][0] - s * corners[k][1]);
            shared.quads[i].y[k] = (float)(y + s * corners[k][0] + c * corners[k][1]);
        }
    }
}

static void make_polygons(uint64_t *state)
{
    for (int i = 0; i < POLYGONS; i++) {
        const double x = random_real(state, 0, 1000), y = random_real(state, 0, 1000);
        for (int k = 0; k < VERTICES; k++) {
            shared.xy[2 * (VERTICES * i + k)] = x + random_real(state, -20, 20);
            shared.xy[2 * (VERTICES * i + k) + 1] = y + random_real(state, -20, 20);
        }
    }
    for (int i = 0; i < 2 * POINTS; i++)
        shared.points[i] = random_real(state, -50, 1050);
}

/* ---- the calls ---- */

typedef struct Caller {
    pthread_t thread;
    uint64_t random;
    long calls;
} Caller;

static const double border_value[FASTCV_MAX_CHANNELS] = {1, 2, 3};

/* Every crop, planned and run by the engine; of how many bytes. NULL where the call was ended. */
static uint8_t *cut(const FastcvCropEngine *engine, FastcvPool pool, FastcvSlab **slab,
                    size_t *bytes)
{
    FastcvCrop *crops = allocate(QUADS * sizeof *crops);
    uint8_t *pixels = NULL;
    *slab = NULL;
    *bytes = 0;
    FastcvRows *rows = allocate(QUADS * sizeof *rows);
    FastcvError error = {.status = fastcv_crops_plan(engine, &fastcv_own_rule, shared.quads,
                                                     border_value, crops, QUADS, pool)};
    if (!error.status) {
        const size_t pixel_bytes = fastcv_pixel_bytes(engine->page);
        for (int i = 0; i < QUADS; i++) {
            rows[i].stride_bytes = crops[i].geometry.width_px * (ptrdiff_t)pixel_bytes;
            *bytes += (size_t)(crops[i].geometry.height_px * rows[i].stride_bytes);
        }
        *slab = fastcv_slab_take(*bytes);
        pixels = *slab ? (uint8_t *)fastcv_slab_room(*slab) : allocate(*bytes);
        uint8_t *next = pixels;
        for (int i = 0; i < QUADS; i++) {
            rows[i].pixels = next;
            next += crops[i].geometry.height_px * rows[i].stride_bytes;
        }
        error = fastcv_crops_cut(engine, crops, rows, QUADS, pool);
    }
    if (error.status && !pool.poll)
        fail("status %d, %s", error.status, error.message);
    if (error.status != FASTCV_ERR_FORKED) {
        free(crops);
        free(rows);
    }
    if (!error.status)
        return pixels;
    if (error.status == FASTCV_ERR_CANCELLED && *slab)
        fastcv_slab_give_back(*slab);
    else if (error.status == FASTCV_ERR_CANCELLED)
        free(pixels);
    return NULL;
}

static void cut_and_compare(Caller *caller, FastcvPool pool)
{
    const CropCase *crop = &shared.crops[random_int(&caller->random, 0, CROP_CASES - 1)];
    FastcvCropEngine own = fastcv_crop_engine(&crop->page, &crop->options);
    FastcvSlab *slab;
    size_t bytes;
    uint8_t *pixels =
        cut(random_int(&caller->random, 0, 1) ? &own : &crop->engine, pool, &slab, &bytes);
    if (!pixels)
        return;
    if (bytes != crop->bytes || memcmp(pixels, crop->expected, bytes) != 0)
        fail("crops differ");
    if (slab)
        fastcv_slab_give_back(slab);
    else
        free(pixels);
}

static int have_same_colors(const FastcvColorCount *a, size_t found, const FastcvColorCount *b,
                            size_t expected)
{
    for (size_t i = 0; found == expected && i < found; i++) {
        if (a[i].count != b[i].count || a[i].packed != b[i].packed)
            return 0;
    }
    return found == expected;
}

static FastcvStatus find_words(const ColorCase *color, FastcvPool pool, Words *words)
{
    FastcvQuad quads[COLOR_BOXES];
    for (int i = 0; i < COLOR_BOXES; i++) {
        for (int k = 0; k < 4; k++) {
            quads[i].x[k] = color->corners[i][2 * k];
            quads[i].y[k] = color->corners[i][2 * k + 1];
        }
    }
    const FastcvTextColors results = {words->text, words->background, words->outline,
                                      words->confidence};
    return fastcv_text_colors(&color->page.image, quads, COLOR_BOXES, pool, results);
}

static void find_words_and_compare(const ColorCase *color, FastcvPool pool)
{
    Words *words = allocate(sizeof *words);
    const FastcvStatus status = find_words(color, pool, words);
    if (status && !pool.poll)
        fail("status %d", status);
    if (status == FASTCV_ERR_FORKED)
        return;
    if (!status && memcmp(words, &color->expected_words, sizeof *words) != 0)
        fail("colours of words differ");
    free(words);
}

static void count_boxes_and_compare(const ColorCase *color, FastcvPool pool)
{
    FastcvColorBox *boxes = allocate(sizeof color->boxes);
    FastcvColorCount *top = allocate(sizeof color->expected_in_boxes);
    for (int i = 0; i < COLOR_BOXES; i++) {
        boxes[i] = color->boxes[i];
        boxes[i].colors = top + i * TOP_COLORS;
    }
    const FastcvStatus status = fastcv_box_colors(&color->page, boxes, COLOR_BOXES, pool);
    if (status && !pool.poll)
        fail("status %d", status);
    if (status == FASTCV_ERR_FORKED)
        return;
    for (int i = 0; !status && i < COLOR_BOXES; i++) {
        if (!have_same_colors(boxes[i].colors, boxes[i].found, color->boxes[i].colors,
                              color->boxes[i].found))
            fail("colours of box %d differ", i);
    }
    free(top);
    free(boxes);
}

static void count_and_compare(Caller *caller, FastcvPool pool)
{
    const ColorCase *color = &shared.colors[random_int(&caller->random, 0, COLOR_CASES - 1)];
    if (random_int(&caller->random, 0, 1)) {
        count_boxes_and_compare(color, pool);
        find_words_and_compare(color, pool);
        return;
    }
    FastcvColorCount *top = allocate(TOP_COLORS * sizeof *top);
    size_t found = TOP_COLORS;
    const FastcvStatus status = fastcv_main_colors(&color->page, pool, top, &found);
    if (status && !pool.poll)
        fail("status %d", status);
    if (status == FASTCV_ERR_FORKED)
        return; /* top is whoever's was half-way */
    if (!status && !have_same_colors(top, found, color->expected, color->found))
        fail("colours differ");
    free(top);
}

static void match_and_compare(Caller *caller, FastcvPool pool)
{
    (void)caller;
    ptrdiff_t *best = allocate(POINTS * sizeof *best);
    const FastcvStatus status =
        fastcv_polygon_index_match(shared.index, shared.points, POINTS, MAX_DIST, pool, best);
    if (status && !pool.poll)
        fail("status %d", status);
    if (status == FASTCV_ERR_FORKED)
        return;
    if (!status && memcmp(best, shared.best, sizeof shared.best) != 0)
        fail("matches differ");
    free(best);
}

static FastcvPool pool_of(Caller *caller)
{
    return (FastcvPool){.num_threads = random_int(&caller->random, 1, MOST_THREADS)};
}

static void do_cut(Caller *caller)
{
    cut_and_compare(caller, pool_of(caller));
}

static void do_count(Caller *caller)
{
    count_and_compare(caller, pool_of(caller));
}

static void do_match(Caller *caller)
{
    match_and_compare(caller, pool_of(caller));
}

static void do_detect(Caller *caller)
{
    const char *fault = stage_detect(pool_of(caller));
    if (fault)
        fail("%s", fault);
}

static void do_decode(Caller *caller)
{
    const char *fault = stage_decode(pool_of(caller));
    if (fault)
        fail("%s", fault);
}

static void do_measure(Caller *caller)
{
    FastcvPolygon *polygons = allocate(POLYGONS * sizeof *polygons);
    FastcvPolygonIndex *index;
    if (fastcv_polygons_measure(shared.xy, VERTICES, POLYGONS, pool_of(caller), polygons) ||
        memcmp(polygons, shared.polygons, sizeof shared.polygons) != 0)
        fail("polygons differ");
    if (fastcv_polygon_index_make(polygons, POLYGONS, pool_of(caller), &index))
        fail("no index");
    free(polygons);
    fastcv_polygon_index_free(index);
}

static void do_find(Caller *caller)
{
    int32_t *found = allocate(POLYGONS * sizeof *found);
    for (int i = 0; i < 50; i++) {
        const double *point = &shared.points[2 * random_int(&caller->random, 0, POINTS - 1)];
        const ptrdiff_t best = shared.best[(point - shared.points) / 2];
        const ptrdiff_t count =
            fastcv_polygon_index_find(shared.index, point[0], point[1], MAX_DIST, found);
        int has_best = best < 0 && count == 0;
        for (ptrdiff_t k = 0; k < count; k++)
            has_best |= found[k] == best;
        if (!has_best)
            fail("found polygons differ");
    }
    free(found);
}

/* Slabs are written from end to end: one given to two would be seen. */
static void do_slabs(Caller *caller)
{
    FastcvSlab *slabs[SLABS];
    size_t bytes[SLABS];
    const int byte = random_int(&caller->random, 0, 127 - SLABS);
    for (int i = 0; i < SLABS; i++) {
        bytes[i] = (size_t)random_int(&caller->random, 1, 3 << 19);
        slabs[i] = fastcv_slab_take(bytes[i]);
        if (slabs[i])
            memset(fastcv_slab_room(slabs[i]), byte + i, bytes[i]);
    }
    const FastcvSlabStats stats = fastcv_slab_stats();
    if (stats.free_bytes > (size_t)1 << 40 || stats.used_bytes > (size_t)1 << 40)
        fail("sums of slabs have gone below 0");
    for (int i = 0; i < SLABS; i++) {
        const char *room = slabs[i] ? fastcv_slab_room(slabs[i]) : NULL;
        if (room && (room[0] != byte + i || room[bytes[i] - 1] != byte + i))
            fail("a slab has two takers");
        if (room)
            fastcv_slab_give_back(slabs[i]);
    }
}

static void do_slab_settings(Caller *caller)
{
    static const size_t limits[] = {0, 1 << 20, 5 << 20, 64 << 20};
    fastcv_slabs_set_max(limits[random_int(&caller->random, 0, 3)]);
    if (random_int(&caller->random, 0, 1))
        fastcv_slabs_empty();
}

/* Nobody changes the environment here. */
static int read_setting(const char *name)
{
    return fastcv_parse_setting(getenv(name));
}

static void do_thread_settings(Caller *caller)
{
    fastcv_set_num_threads(random_int(&caller->random, 0, MOST_THREADS));
    for (int i = 0; i < 20; i++) {
        const int count = fastcv_num_threads(read_setting, i % 2);
        if (count < 1 || fastcv_limit_threads(read_setting, count) != count ||
            fastcv_affinity_cpus() < 1)
            fail("%d threads", count);
    }
}

static void do_choose(Caller *caller)
{
    int count = 0;
    while (fastcv_variant_name(count))
        count++;
    if (!fastcv_variant_choose(fastcv_variant_name(random_int(&caller->random, 0, count - 1))) ||
        fastcv_variant_choose("no such variant") || !fastcv_variant())
        fail("no variant");
}

/* A caller that is pinned elsewhere gets a team of its own. */
static void do_pin(Caller *caller)
{
    cpu_set_t before, one;
    if (sched_getaffinity(0, sizeof before, &before) != 0)
        return;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE && !CPU_COUNT(&one); cpu++) {
        if (CPU_ISSET(cpu, &before))
            CPU_SET(cpu, &one);
    }
    sched_setaffinity(0, sizeof one, &one);
    do_cut(caller);
    sched_setaffinity(0, sizeof before, &before);
}

/* ---- polls: what a signal handler may do within a call ---- */

typedef struct Poll {
    Caller *caller;
    int calls, is_stopping;
    pid_t child;
} Poll;

static int poll_stops_or_calls(void *context)
{
    Poll *poll = context;
    if (poll->calls++ == 0)
        do_cut(poll->caller);
    return poll->is_stopping;
}

static void run_any(Caller *caller, FastcvPool pool)
{
    switch (random_int(&caller->random, 0, 2)) {
    case 0:
        cut_and_compare(caller, pool);
        break;
    case 1:
        match_and_compare(caller, pool);
        break;
    default:
        count_and_compare(caller, pool);
    }
}

static void do_poll(Caller *caller)
{
    Poll poll = {.caller = caller, .is_stopping = random_int(&caller->random, 0, 1)};
    FastcvPool pool = pool_of(caller);
    pool.poll = poll_stops_or_calls;
    pool.poll_context = &poll;
    run_any(caller, pool);
}

/* ---- forks ---- */

static atomic_long forks, forks_in_calls;

static pid_t fork_or_fail(void)
{
    const pid_t child = fork();
    if (child < 0)
        fail("no fork: %s", strerror(errno));
    if (child == 0)
        alarm(CHILD_SECONDS);
    return child;
}

/* On one thread: ThreadSanitizer knows no threads that a forked child starts. */
static _Noreturn void end_child(Caller *caller)
{
    const FastcvPool alone = {.num_threads = 1};
    cut_and_compare(caller, alone);
    match_and_compare(caller, alone);
    do_slabs(caller);
    do_thread_settings(caller);
    _exit(0);
}

static void wait_for(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            fail("no child: %s", strerror(errno));
    }
    if (status)
        fail("a forked child ended with wait status %d", status);
}

static void do_fork(Caller *caller)
{
    const pid_t child = fork_or_fail();
    if (child == 0)
        end_child(caller);
    wait_for(child);
    atomic_fetch_add(&forks, 1);
}

static int poll_forks(void *context)
{
    Poll *poll = context;
    if (poll->calls++ == 0) {
        poll->child = fork_or_fail();
        if (poll->child == 0)
            poll->is_stopping = 1;
    }
    return poll->is_stopping;
}

static void do_fork_in_call(Caller *caller)
{
    Poll poll = {.caller = caller, .child = -1};
    FastcvPool pool = pool_of(caller);
    pool.poll = poll_forks;
    pool.poll_context = &poll;
    run_any(caller, pool);
    if (poll.child == 0)
        end_child(caller);
    if (poll.child > 0) {
        wait_for(poll.child);
        atomic_fetch_add(&forks_in_calls, 1);
    }
}

/* ---- all of it ---- */

typedef struct Task {
    void (*run)(Caller *caller);
    int weight;
} Task;

static const Task tasks[] = {
    {do_cut, 30},  {do_count, 5},          {do_match, 10},       {do_measure, 4},
    {do_find, 10}, {do_detect, 5},         {do_decode, 5},       {do_slabs, 10},
    {do_poll, 5},  {do_slab_settings, 10}, {do_choose, 10},      {do_thread_settings, 6},
    {do_pin, 2},   {do_fork, 3},           {do_fork_in_call, 3},
};

static void run_one(Caller *caller)
{
    int all = 0, task = 0;
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        all += tasks[i].weight;
    int chosen = random_int(&caller->random, 0, all - 1);
    while ((chosen -= tasks[task].weight) >= 0)
        task++;
    tasks[task].run(caller);
}

static void *call(void *argument)
{
    Caller *caller = argument;
    for (long i = 0; i < caller->calls; i++)
        run_one(caller);
    return NULL;
}

static void make_color_boxes(uint64_t *state, ColorCase *color)
{
    for (int i = 0; i < COLOR_BOXES; i++) {
        float *corners = color->corners[i];
        const float x = (float)random_int(state, -20, COLORS_WIDTH) + 0.3f;
        const float y = (float)random_int(state, -20, COLORS_HEIGHT) + 0.7f;
        const float width = i ? (float)random_int(state, 1, 90) : 2 * COLORS_WIDTH;
        const float height = i ? (float)random_int(state, 1, 40) : 2 * COLORS_HEIGHT;
        const float box[8] = {x, y, x + width, y - 3, x + width, y + height, x, y + height + 2};
        memcpy(corners, box, sizeof box);
        corners[0] -= i ? 0 : 2 * COLORS_WIDTH;
        color->boxes[i] = (FastcvColorBox){.corners = corners,
                                           .corner_count = 4,
                                           .colors = color->expected_in_boxes[i],
                                           .room = TOP_COLORS};
        if (fastcv_color_box_measure(&color->page.image, &color->boxes[i]))
            fail("box %d has a fault", i);
    }
}

/* All that is shared, and by one thread and the portable kernels what is expected. */
static void prepare(uint64_t *state)
{
    const FastcvPool alone = {.num_threads = 1};
    fastcv_variant_choose("c");
    make_quads(state);
    make_polygons(state);

    const FastcvImage page = make_image(state, PAGE_WIDTH, PAGE_HEIGHT, 3, 256);
    const FastcvImage gray = make_image(state, PAGE_WIDTH, PAGE_HEIGHT, 1, 256);
    const FastcvSampling linear = {FASTCV_LINEAR, FASTCV_CONSTANT, FASTCV_OPENCV4};
    const FastcvSampling cubic = {FASTCV_CUBIC, FASTCV_REPLICATE, FASTCV_OPENCV4};
    const FastcvSampling lanczos = {FASTCV_LANCZOS4, FASTCV_REFLECT,
                                    FASTCV_OPENCV4}; /* by OpenCV */
    const CropCase crops[CROP_CASES] = {{.page = page, .options = linear},
                                        {.page = gray, .options = cubic},
                                        {.page = as_floats(gray), .options = linear},
                                        {.page = page, .options = lanczos}};
    for (int i = 0; i < CROP_CASES; i++) {
        CropCase *crop = &shared.crops[i];
        FastcvSlab *slab;
        *crop = crops[i];
        crop->engine = fastcv_crop_engine(&crop->page, &crop->options);
        crop->expected = cut(&crop->engine, alone, &slab, &crop->bytes);
    }

    if (!stage_prepare(random_bits, state))
        fail("no boxes or texts");

    shared.colors[0].page.image = make_image(state, COLORS_WIDTH, COLORS_HEIGHT, 3, 2);
    shared.colors[1].page.image = make_image(state, COLORS_WIDTH, COLORS_HEIGHT, 4, 3);
    shared.colors[2].page.image = make_image(state, COLORS_WIDTH, COLORS_HEIGHT, 3, 256);
    for (int i = 0; i < COLOR_CASES; i++) {
        ColorCase *color = &shared.colors[i];
        color->page.bits = FASTCV_COLOR_BITS;
        color->found = TOP_COLORS;
        if (fastcv_main_colors(&color->page, alone, color->expected, &color->found))
            fail("no colours");
        make_color_boxes(state, color);
        if (fastcv_box_colors(&color->page, color->boxes, COLOR_BOXES, alone))
            fail("no colours of boxes");
        if (find_words(color, alone, &color->expected_words))
            fail("no colours of words");
    }

    if (fastcv_polygons_measure(shared.xy, VERTICES, POLYGONS, alone, shared.polygons) ||
        fastcv_polygon_index_make(shared.polygons, POLYGONS, alone, &shared.index) ||
        fastcv_polygon_index_match(shared.index, shared.points, POINTS, MAX_DIST, alone,
                                   shared.best))
        fail("no index");
}

int main(int count, char *arguments[])
{
    const long calls = count > 1 ? strtol(arguments[1], NULL, 10) : 20;
    uint64_t state = count > 2 ? strtoull(arguments[2], NULL, 10) : 1;
    Caller callers[CALLERS];
    prepare(&state);
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (Caller){.random = random_bits(&state), .calls = calls};
        if (pthread_create(&callers[i].thread, NULL, call, &callers[i]) != 0)
            fail("no threads");
    }
    for (int i = 0; i < CALLERS; i++)
        pthread_join(callers[i].thread, NULL);
    printf("%ld calls by %d threads at once, %ld OpenMP regions, %ld forks and %ld more in calls\n",
           CALLERS * calls, CALLERS, atomic_load(&openmp_regions), atomic_load(&forks),
           atomic_load(&forks_in_calls));
    return 0;
}
