/* A library to preload. It runs a Python call while the k-th allocation fails, or all from the k-th
 * on, and counts live allocations. Allocations are mmap, and malloc and its relatives, which C++'s
 * operator new uses, and Python too with PYTHONMALLOC=malloc. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* glibc's own functions, under their internal names. */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *block, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);
void __libc_free(void *block);

static struct {
    atomic_int is_armed;
    pthread_t thread;
    int is_any_thread;
    long first, last;  /* the failing allocations, counted from 1 */
    atomic_long count; /* allocations since is_armed was set */
} plan;

static struct {
    atomic_long blocks, mapped_bytes;
} live, mark;

/* Counts an allocation; returns whether it must fail. */
static int fails(void)
{
    if (!atomic_load(&plan.is_armed) ||
        (!plan.is_any_thread && !pthread_equal(plan.thread, pthread_self())))
        return 0;
    const long k = atomic_fetch_add(&plan.count, 1) + 1;
    if (k < plan.first || k > plan.last)
        return 0;
    errno = ENOMEM;
    return 1;
}

static void *count_block(void *block)
{
    if (block)
        atomic_fetch_add(&live.blocks, 1);
    return block;
}

/* ---- replacements of glibc's functions ---- */

void *malloc(size_t bytes)
{
    return fails() ? NULL : count_block(__libc_malloc(bytes));
}

void *calloc(size_t count, size_t bytes)
{
    return fails() ? NULL : count_block(__libc_calloc(count, bytes));
}

void free(void *block)
{
    if (block)
        atomic_fetch_sub(&live.blocks, 1);
    __libc_free(block);
}

void *realloc(void *block, size_t bytes)
{
    if (fails())
        return NULL;
    if (!block)
        return count_block(__libc_realloc(NULL, bytes));
    void *moved = __libc_realloc(block, bytes);
    if (!moved && !bytes)
        atomic_fetch_sub(&live.blocks, 1); /* realloc(block, 0) frees the block */
    return moved;
}

void *memalign(size_t alignment, size_t bytes)
{
    return fails() ? NULL : count_block(__libc_memalign(alignment, bytes));
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return memalign(alignment, bytes);
}

int posix_memalign(void **block, size_t alignment, size_t bytes)
{
    void *made = memalign(alignment, bytes);
    if (!made)
        return ENOMEM;
    *block = made;
    return 0;
}

void *mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset)
{
    if (fails())
        return MAP_FAILED;
    void *start = (void *)syscall(SYS_mmap, at, bytes, protection, flags, file, offset);
    if (start != MAP_FAILED)
        atomic_fetch_add(&live.mapped_bytes, (long)bytes);
    return start;
}

void *mmap64(void *at, size_t bytes, int protection, int flags, int file, off64_t offset)
{
    return mmap(at, bytes, protection, flags, file, (off_t)offset);
}

int munmap(void *start, size_t bytes)
{
    const int result = (int)syscall(SYS_munmap, start, bytes);
    if (result == 0)
        atomic_fetch_sub(&live.mapped_bytes, (long)bytes);
    return result;
}

/* ---- for ctypes ---- */

typedef struct _object PyObject;
extern PyObject *PyExc_SystemError __attribute__((weak));
PyObject *PyObject_Call(PyObject *callable, PyObject *args, PyObject *kwargs) __attribute__((weak));
PyObject *PyErr_Occurred(void) __attribute__((weak));
PyObject *PyErr_Format(PyObject *exception, const char *format, ...) __attribute__((weak));

/* Returns callable(*args, **kwargs) while its k-th allocation fails, or all from the k-th on. Only
 * allocations of the calling thread count, or those of any thread. With k = 0 none fails. */
PyObject *failing_call(PyObject *callable, PyObject *args, PyObject *kwargs, long k,
                       int is_only_one, int is_any_thread)
{
    plan.thread = pthread_self();
    plan.is_any_thread = is_any_thread;
    plan.first = k ? k : LONG_MAX;
    plan.last = is_only_one ? k : LONG_MAX;
    atomic_store(&plan.count, 0);
    atomic_store(&plan.is_armed, 1);
    PyObject *result = PyObject_Call(callable, args, kwargs);
    atomic_store(&plan.is_armed, 0);
    if (!result && !PyErr_Occurred()) /* CPython 3.11 loses some errors; ctypes would crash */
        PyErr_Format(PyExc_SystemError, "%R returned NULL without setting an exception", callable);
    return result;
}

/* Returns how many allocations the last failing_call made, failed ones included. */
long failing_count(void)
{
    return atomic_load(&plan.count);
}

/* live_mark remembers the live blocks and mapped bytes; the others return the growth since then. */

void live_mark(void)
{
    mark.blocks = atomic_load(&live.blocks);
    mark.mapped_bytes = atomic_load(&live.mapped_bytes);
}

long live_more_blocks(void)
{
    return atomic_load(&live.blocks) - mark.blocks;
}

long live_more_mapped_bytes(void)
{
    return atomic_load(&live.mapped_bytes) - mark.mapped_bytes;
}
