/* From Python to the core's loops and back: the GIL, signals, thread counts, errors. */
#include "binding/convert.h"

static int poll_signals(void *context)
{
    PyRun *run = context;
    PyEval_RestoreThread(run->thread);
    int is_raised = PyErr_CheckSignals() < 0;
    run->thread = PyEval_SaveThread();
    return is_raised;
}

/* Handlers run on the main thread only, so only it need look. The others must not: taking the GIL
 * at interpreter shutdown ends the thread, and with it the stack that a loop's jobs live on. */
static int is_main_thread(void)
{
    PyObject *threading = PyImport_ImportModule("threading");
    PyObject *main = threading ? PyObject_CallMethod(threading, "main_thread", NULL) : NULL;
    PyObject *ident = main ? PyObject_GetAttrString(main, "ident") : NULL;
    int is_main = ident && PyLong_AsUnsignedLong(ident) == PyThread_get_thread_ident();
    PyErr_Clear();
    Py_XDECREF(ident);
    Py_XDECREF(main);
    Py_XDECREF(threading);
    return is_main;
}

void py_run_begin(PyRun *run, int num_threads)
{
    run->pool = (FastcvPool){num_threads, is_main_thread() ? poll_signals : NULL, run};
    py_run_resume(run);
}

void py_run_resume(PyRun *run)
{
    run->thread = PyEval_SaveThread();
}

void py_run_end(PyRun *run)
{
    PyEval_RestoreThread(run->thread);
}

void py_set_run_error(const char *function, FastcvError error)
{
    switch (error.status) {
    case FASTCV_OK:
    case FASTCV_ERR_CANCELLED:
        break;
    case FASTCV_ERR_MEMORY:
        PyErr_NoMemory();
        break;
    case FASTCV_ERR_FORKED:
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_RuntimeError, "%s: the process forked during the call", function);
        break;
    case FASTCV_ERR_OPENCV:
        PyErr_Format(PyExc_RuntimeError, "%s: OpenCV: %s", function, error.message);
        break;
    }
}

/* multiprocessing.parent_process() is set in its workers, however they were started. */
static int is_worker_process(void)
{
    PyObject *name = PyUnicode_FromString("multiprocessing.process");
    PyObject *module = name ? PyImport_GetModule(name) : NULL;
    PyObject *parent = module ? PyObject_CallMethod(module, "parent_process", NULL) : NULL;
    int is_worker = PyErr_Occurred() ? -1 : parent && parent != Py_None;
    Py_XDECREF(parent);
    Py_XDECREF(module);
    Py_XDECREF(name);
    return is_worker;
}

int py_resolve_threads(const char *function, PyObject *num_threads)
{
    if (num_threads == Py_None) {
        int is_worker = is_worker_process();
        return is_worker < 0 ? -1 : fastcv_num_threads(is_worker);
    }
    int64_t count;
    if (py_int_convert(function, "num_threads", num_threads, "an int or None", 1,
                       FASTCV_MAX_THREADS, &count) < 0)
        return -1;
    return fastcv_limit_threads((int)count);
}
