/* cumulative_sum(n) = 0 + 1 + … + (n − 1): the whole way from Python to C and back, on the smallest
 * example there is. A reader who has never seen a C extension may start here.
 *
 * The table at the end names the function for Python; module.c adds it to the module when that is
 * imported, and a call then comes here as cumulative_sum. Three things happen in it, as in every
 * function of an extension: arguments are read, the loop runs, a result is built; and any of them
 * may end with an exception instead. */
#include "binding/convert/convert.h"

/* n · (n − 1) / 2 fits into 64 bits up to this n. Beyond, the sum would wrap around without a word,
 * as unsigned numbers do in C; Python's never do, so such an n is refused. */
static const int64_t MOST_NUMBERS = 6074001000;

/* About 5 ms: how often Ctrl-C is looked for. */
static const uint64_t BLOCK_NUMBERS = UINT64_C(1) << 24;

/* The sum of first … end − 1. A compiler may turn a plain loop into the formula (clang does), and
 * then a benchmark measures nothing. The empty assembly instruction claims to change `i`, so the
 * numbers must really be gone through. Four sums at once, for an addition need not wait for the
 * one before: on four sums of its own a CPU does two or three in the time of one. */
static uint64_t sum_range(uint64_t first, uint64_t end)
{
    uint64_t sum[4] = {0}, i = first;
    for (; i + 4 <= end; i += 4) {
        __asm__ volatile("" : "+r"(i));
        sum[0] += i;
        sum[1] += i + 1;
        sum[2] += i + 2;
        sum[3] += i + 3;
    }
    for (; i < end; i++)
        sum[0] += i;
    return sum[0] + sum[1] + sum[2] + sum[3];
}

static PyObject *cumulative_sum(PyObject *module, PyObject *object)
{
    (void)module;
    int64_t n;
    /* A Python int has no limit, and int64_t has: what is no int or out of range is an exception,
     * which py_int_convert sets, and tells by -1. */
    if (py_int_convert("cumulative_sum", "n", object, "an int", 0, MOST_NUMBERS, &n) < 0)
        return NULL; /* how C says "an exception was raised" */

    const uint64_t count = (uint64_t)n;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < count; i += BLOCK_NUMBERS) {
        const uint64_t end = count - i < BLOCK_NUMBERS ? count : i + BLOCK_NUMBERS;
        /* Between these two no Python object may be touched, and other Python threads run. */
        Py_BEGIN_ALLOW_THREADS sum += sum_range(i, end);
        Py_END_ALLOW_THREADS if (PyErr_CheckSignals() < 0) /* Ctrl-C: KeyboardInterrupt is set */
            return NULL;
    }
    return PyLong_FromUnsignedLongLong(sum); /* a new reference, which becomes the caller's */
}

/* The first line, up to "--", is the signature that help() and inspect show. */
PyDoc_STRVAR(cumulative_sum_doc,
             "cumulative_sum($module, n, /)\n"
             "--\n"
             "\n"
             "The sum of 0, 1, … n - 1, by a loop that really adds every number.\n"
             "\n"
             "The smallest example of what a loop in C gains over one in Python. Who wants the\n"
             "number takes ``n * (n - 1) // 2``.\n"
             "\n"
             "Parameters\n"
             "----------\n"
             "n : int\n"
             "    0 to 6,074,001,000, beyond which the sum does not fit into 64 bits.\n"
             "\n"
             "Returns\n"
             "-------\n"
             "int\n"
             "\n"
             "Raises\n"
             "------\n"
             "TypeError, ValueError\n"
             "    ``n`` is not an int; it is negative or beyond the limit.\n"
             "\n"
             "Notes\n"
             "-----\n"
             "The GIL is released. The example is that of NAVER DEVIEW 2023's talk on fast Python\n"
             "in OCR.\n"
             "\n"
             "Examples\n"
             "--------\n"
             ">>> fastcv.cumulative_sum(5)\n"
             "10\n");

PyMethodDef py_cumulative_sum_methods[] = {
    {"cumulative_sum", cumulative_sum, METH_O, cumulative_sum_doc}, /* METH_O: one argument */
    {NULL, NULL, 0, NULL},
};
