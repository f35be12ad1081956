/* From Python to the core's loops and back: the GIL, signals, thread counts, errors. */
#include "binding/convert/convert.h"

static int poll_signals(void *context)
{
    PyRun *run = context;
    PyEval_RestoreThread(run->thread);
    int is_raised = PyErr_CheckSignals() < 0;
    run->thread = PyEval_SaveThread();
    return is_raised;
}

/* Calls a module's function. NULL without an exception if nobody has imported the module, or if the
 * interpreter is ending and has put None in its place. */
static PyObject *call_if_imported(const char *module_name, const char *function)
{
    PyObject *name = PyUnicode_FromString(module_name);
    PyObject *module = name ? PyImport_GetModule(name) : NULL;
    PyObject *result =
        module && module != Py_None ? PyObject_CallMethod(module, function, NULL) : NULL;
    Py_XDECREF(module);
    Py_XDECREF(name);
    return result;
}

/* Signal handlers run on the main thread only, so only the main thread polls. Others must not:
 * taking the GIL at interpreter shutdown ends the thread, and with it the stack that a loop's
 * context lives on. -1 with an exception: this runs some Python code, and a pending signal's
 * handler may run with it. If nobody has imported threading, or the interpreter is ending, there
 * are no other threads. */
static int is_main_thread(void)
{
    PyObject *main = call_if_imported("threading", "main_thread");
    PyObject *ident = main ? PyObject_GetAttrString(main, "ident") : NULL;
    int is_main = ident ? PyLong_AsUnsignedLong(ident) == PyThread_get_thread_ident() : 1;
    if (PyErr_Occurred())
        is_main = -1;
    Py_XDECREF(ident);
    Py_XDECREF(main);
    return is_main;
}

int py_run_begin(PyRun *run, int num_threads)
{
    const int is_main = is_main_thread();
    if (is_main < 0)
        return -1;
    run->pool = (FastcvPool){num_threads, is_main ? poll_signals : NULL, run};
    py_run_resume(run);
    return 0;
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

/* Only a worker has a parent, however multiprocessing started it. */
static int is_multiprocessing_worker(void)
{
    PyObject *parent = call_if_imported("multiprocessing.process", "parent_process");
    int is_worker = PyErr_Occurred() ? -1 : parent && parent != Py_None;
    Py_XDECREF(parent);
    return is_worker;
}

/* billiard, Celery's fork of multiprocessing, has no parent_process(). A process object knows the
 * parent's id; the main process's object says None. */
static int is_billiard_worker(void)
{
    PyObject *process = call_if_imported("billiard.process", "current_process");
    PyObject *parent = process ? PyObject_GetAttrString(process, "_parent_pid") : NULL;
    if (process && !parent && PyErr_ExceptionMatches(PyExc_AttributeError))
        PyErr_Clear(); /* some other version's */
    int is_worker = PyErr_Occurred() ? -1 : parent && parent != Py_None;
    Py_XDECREF(parent);
    Py_XDECREF(process);
    return is_worker;
}

static int is_worker_process(void)
{
    const int is_worker = is_multiprocessing_worker();
    return is_worker ? is_worker : is_billiard_worker();
}

/* Reads a variable of the environment. Python code on another thread may be changing it, and only
 * the GIL keeps that from freeing what getenv returns. Without a GIL this asks os.environ, in
 * Python code: a signal handler may run, so there may be an exception. */
static int read_setting(const char *name)
{
#ifdef Py_GIL_DISABLED
    if (PyErr_Occurred())
        return 0;
    PyObject *os = PyImport_ImportModule("os");
    PyObject *environ = os ? PyObject_GetAttrString(os, "environ") : NULL;
    PyObject *value = environ ? PyObject_CallMethod(environ, "get", "ss", name, "") : NULL;
    const char *text = value ? PyUnicode_AsUTF8(value) : NULL;
    if (value && !text)
        PyErr_Clear(); /* not UTF-8, so not a number */
    const int count = fastcv_parse_setting(text);
    Py_XDECREF(value);
    Py_XDECREF(environ);
    Py_XDECREF(os);
    return count;
#else
    return fastcv_parse_setting(getenv(name));
#endif
}

int py_resolve_threads(const char *function, PyObject *num_threads)
{
    if (num_threads == Py_None) {
        const int is_worker = is_worker_process();
        const int count = is_worker < 0 ? -1 : fastcv_num_threads(read_setting, is_worker);
        return PyErr_Occurred() ? -1 : count;
    }
    int64_t count;
    if (py_int_convert(function, "num_threads", num_threads, "an int or None", 1,
                       FASTCV_MAX_THREADS, &count) < 0)
        return -1;
    const int limited = fastcv_limit_threads(read_setting, (int)count);
    return PyErr_Occurred() ? -1 : limited;
}
