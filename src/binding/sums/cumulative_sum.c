/* cumulative_sum(n) = 0 + 1 + … + (n − 1): the smallest example of the way from Python to C and
 * back. If you have never seen a C extension, start here.
 *
 * The table at the end of this file gives the function its name in Python. When Python imports the
 * module, module.c adds the table's functions to it. A call then arrives in cumulative_sum below.
 * It does three things, like every function of an extension: it reads its arguments, runs the loop
 * and builds a result. Each of these can raise an exception instead. */
#include "binding/convert/convert.h"

/* The largest n for which n · (n − 1) / 2 fits into 64 bits. Beyond it, C's unsigned sum would
 * silently wrap around. Python's ints never do, so a larger n is refused. */
static const int64_t MOST_NUMBERS = 6074001000;

/* After this many numbers, about 5 ms, the loop checks for Ctrl-C. */
static const uint64_t BLOCK_NUMBERS = UINT64_C(1) << 24;

/* Returns first + … + (end − 1).
 *
 * Compilers may replace a plain loop by the formula (clang does), and then a benchmark measures
 * nothing. The empty assembly instruction claims to change `i`, so the loop has to visit every
 * number. The four sums are independent: no addition waits for the one before, and a CPU does two
 * or three of them at a time. */
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
    /* Python's ints have no limit, int64_t has one. If the object is not an int or is out of range,
     * py_int_convert sets an exception and returns -1. */
    if (py_int_convert("cumulative_sum", "n", object, "an int", 0, MOST_NUMBERS, &n) < 0)
        return NULL; /* tells Python that an exception is set */

    const uint64_t count = (uint64_t)n;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < count; i += BLOCK_NUMBERS) {
        const uint64_t end = count - i < BLOCK_NUMBERS ? count : i + BLOCK_NUMBERS;
        /* Other Python threads run until the GIL is taken back. Meanwhile, C must not touch any
         * Python object. */
        PyThreadState *thread = PyEval_SaveThread();
        sum += sum_range(i, end);
        PyEval_RestoreThread(thread);
        if (PyErr_CheckSignals() < 0)
            return NULL; /* Ctrl-C: KeyboardInterrupt is set */
    }
    return PyLong_FromUnsignedLongLong(sum); /* a new reference; the caller owns it */
}

/* The first line, up to "--", is the signature that help() and inspect show. */
PyDoc_STRVAR(cumulative_sum_doc,
             "cumulative_sum($module, n, /)\n"
             "--\n"
             "\n"
             "Add the numbers 0, 1, … n - 1 one by one.\n"
             "\n"
             "This is the smallest example of what a loop in C gains over one in Python. If you\n"
             "only need the number, use ``n * (n - 1) // 2``.\n"
             "\n"
             "Parameters\n"
             "----------\n"
             "n : int\n"
             "    From 0 to 6,074,001,000. The sum of more numbers does not fit into 64 bits.\n"
             "\n"
             "Returns\n"
             "-------\n"
             "int\n"
             "\n"
             "Raises\n"
             "------\n"
             "TypeError, ValueError\n"
             "    ``n`` is not an int, or is out of range.\n"
             "\n"
             "Notes\n"
             "-----\n"
             "The loop releases the GIL. The example comes from the talk on fast Python in OCR at\n"
             "NAVER DEVIEW 2023.\n"
             "\n"
             "Examples\n"
             "--------\n"
             ">>> fastcv.cumulative_sum(5)\n"
             "10\n");

PyMethodDef py_cumulative_sum_methods[] = {
    {"cumulative_sum", cumulative_sum, METH_O, cumulative_sum_doc}, /* METH_O: one argument */
    {NULL, NULL, 0, NULL},
};
