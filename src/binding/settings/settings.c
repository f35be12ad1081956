/* Settings of the process, and what this build is made of. */
#include "binding/convert/arithmetic.h"
#include "fastcv/build.h"
#include "fastcv/path_counts.h"
#include "fastcv/variants.h"

static PyObject *set_num_threads(PyObject *module, PyObject *num_threads)
{
    (void)module;
    if (num_threads == Py_None) {
        fastcv_set_num_threads(0);
        Py_RETURN_NONE;
    }
    int count = py_resolve_threads("set_num_threads", num_threads);
    if (count < 0)
        return NULL;
    fastcv_set_num_threads(count);
    Py_RETURN_NONE;
}

static PyObject *get_num_threads(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    int count = py_resolve_threads("get_num_threads", Py_None);
    return count < 0 ? NULL : PyLong_FromLong(count);
}

static const int64_t KEPT = -1; /* the limit stays as it is */

/* A limit in bytes, or KEPT for None. Returns 0, or -1. */
static int read_limit(const char *name, PyObject *object, int64_t *bytes)
{
    *bytes = KEPT;
    if (object == Py_None)
        return 0;
    return py_int_convert("set_output_limits", name, object, "an int or None", 0, INT64_MAX, bytes);
}

static PyObject *set_output_limits(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"crop_bytes", "call_bytes", NULL};
    PyObject *crop_bytes = Py_None, *call_bytes = Py_None;
    ModuleState *state = state_of(module);
    int64_t crop_cap, call_cap;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$OO:set_output_limits", names, &crop_bytes,
                                     &call_bytes) ||
        read_limit("crop_bytes", crop_bytes, &crop_cap) < 0 ||
        read_limit("call_bytes", call_bytes, &call_cap) < 0)
        return NULL;
    /* A kept limit is not written back: another thread may be setting it. */
    if (crop_cap != KEPT)
        atomic_store(&state->crop_bytes_cap, (size_t)crop_cap);
    if (call_cap != KEPT)
        atomic_store(&state->call_bytes_cap, (size_t)call_cap);
    Py_RETURN_NONE;
}

static PyObject *get_output_limits(PyObject *module, PyObject *unused)
{
    (void)unused;
    ModuleState *state = state_of(module);
    return Py_BuildValue("(nn)", (Py_ssize_t)atomic_load(&state->crop_bytes_cap),
                         (Py_ssize_t)atomic_load(&state->call_bytes_cap));
}

/* The names of the variants that this CPU has. */
static PyObject *variant_names(void)
{
    PyObject *names = PyList_New(0);
    const char *name;
    for (int n = 0; names && (name = fastcv_variant_name(n)); n++) {
        PyObject *text = PyUnicode_FromString(name);
        if (!text || PyList_Append(names, text) < 0)
            Py_CLEAR(names);
        Py_XDECREF(text);
    }
    PyObject *tuple = names ? PyList_AsTuple(names) : NULL;
    Py_XDECREF(names);
    return tuple;
}

int py_choose_kernel(void)
{
    const char *name = getenv("FASTCV_KERNEL");
    if (!name || !*name || fastcv_variant_choose(name))
        return 0;
    PyObject *names = variant_names();
    if (names)
        PyErr_Format(PyExc_ImportError, "FASTCV_KERNEL must be one of %R on this CPU, got '%s'",
                     names, name);
    Py_XDECREF(names);
    return -1;
}

static PyObject *set_kernel(PyObject *module, PyObject *object)
{
    (void)module;
    const char *names[16];
    int count = 0;
    while (count < 15 && (names[count] = fastcv_variant_name(count)))
        count++;
    names[count] = NULL;
    const int choice = py_choice_convert("_set_kernel", "name", object, names);
    if (choice < 0)
        return NULL;
    fastcv_variant_choose(names[choice]);
    Py_RETURN_NONE;
}

static PyObject *build_info(PyObject *module, PyObject *unused)
{
    (void)unused;
    char opencv[FASTCV_BUILD_VERSION_BYTES];
    fastcv_build_opencv_loaded(opencv);
    const int arithmetic = py_arithmetic_convert(state_of(module), "build_info", NULL);
    PyObject *kernels = arithmetic < 0 ? NULL : variant_names();
    if (!kernels)
        return NULL;
    return Py_BuildValue("{s:s, s:s, s:N, s:s, s:s, s:s, s:s, s:i}",          //
                         "version", FASTCV_VERSION,                           //
                         "kernel", fastcv_variant(),                          //
                         "kernels", kernels,                                  //
                         "arithmetic", py_arithmetic_names[arithmetic],       //
                         "opencv", opencv,                                    //
                         "opencv_built_with", fastcv_build_opencv_compiled(), //
                         "compiler", FASTCV_COMPILER,                         //
                         "openmp", fastcv_openmp_date());
}

#ifdef FASTCV_COUNT_PATHS
static PyObject *path_counts(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    PyObject *counts = PyDict_New();
    const char *name;
    for (int path = 0; counts && (name = fastcv_path_name(path)); path++) {
        PyObject *count = PyLong_FromLongLong(fastcv_path_take_count(path));
        if (!count || PyDict_SetItemString(counts, name, count) < 0)
            Py_CLEAR(counts);
        Py_XDECREF(count);
    }
    return counts;
}
#endif

static PyObject *cgroup_cpus(PyObject *module, PyObject *root)
{
    (void)module;
    PyObject *path;
    if (!PyUnicode_FSConverter(root, &path))
        return NULL;
    int cpus = fastcv_cgroup_cpus(PyBytes_AS_STRING(path));
    Py_DECREF(path);
    return PyLong_FromLong(cpus);
}

PyDoc_STRVAR(set_num_threads_doc,
             "set_num_threads($module, num_threads, /)\n"
             "--\n"
             "\n"
             "Set how many threads a call without ``num_threads`` uses, in this process.\n"
             "\n"
             "Parameters\n"
             "----------\n"
             "num_threads : int or None\n"
             "    1 to 1024; None restores the default.\n"
             "\n"
             "Raises\n"
             "------\n"
             "TypeError\n"
             "    ``num_threads`` is neither an int nor None.\n"
             "ValueError\n"
             "    ``num_threads`` is not from 1 to 1024.\n");

PyDoc_STRVAR(
    get_num_threads_doc,
    "get_num_threads($module, /)\n"
    "--\n"
    "\n"
    "Return how many threads a call without ``num_threads`` uses now.\n"
    "\n"
    "The first of these that applies decides: `set_num_threads`; the environment variable\n"
    "FASTCV_NUM_THREADS; OMP_NUM_THREADS; 1 in a worker process of `multiprocessing` or\n"
    "billiard (Celery); the number of CPUs in this thread's affinity, or the tightest cgroup\n"
    "quota if that is lower. All but the first are capped by what ``omp_set_num_threads``, or\n"
    "threadpoolctl's ``threadpool_limits``, has set for the calling thread. The count never\n"
    "exceeds OMP_THREAD_LIMIT.\n"
    "\n"
    "Returns\n"
    "-------\n"
    "int\n");

PyDoc_STRVAR(
    set_output_limits_doc,
    "set_output_limits($module, /, *, crop_bytes=None, call_bytes=None)\n"
    "--\n"
    "\n"
    "Set how many bytes of crops one call may make, for this process.\n"
    "\n"
    "A call that would exceed a limit raises a ValueError before it allocates, so one bad\n"
    "box cannot use up the machine's memory.\n"
    "\n"
    "Parameters\n"
    "----------\n"
    "crop_bytes : int, optional\n"
    "    The limit for a single crop, initially 1 GiB. None keeps the present limit. A\n"
    "    number larger than any memory, such as 10**30, means no limit.\n"
    "call_bytes : int, optional\n"
    "    The limit for all crops of a call together, initially 4 GiB. None keeps the\n"
    "    present limit.\n"
    "\n"
    "Raises\n"
    "------\n"
    "TypeError, ValueError\n"
    "    A limit is not an int or None, or is negative.\n");

PyDoc_STRVAR(get_output_limits_doc, "get_output_limits($module, /)\n"
                                    "--\n"
                                    "\n"
                                    "The present limits: ``(crop_bytes, call_bytes)``.\n"
                                    "\n"
                                    "Returns\n"
                                    "-------\n"
                                    "tuple of int\n");

PyDoc_STRVAR(
    build_info_doc,
    "build_info($module, /)\n"
    "--\n"
    "\n"
    "What this build is made of.\n"
    "\n"
    "Returns\n"
    "-------\n"
    "dict\n"
    "    ``version``: of fastcv.\n"
    "    ``kernel``: the variant of the kernels in use. It is the fastest, or the one that the\n"
    "    environment's FASTCV_KERNEL named at import.\n"
    "    ``kernels``: the variants that this CPU has, fastest first.\n"
    "    ``arithmetic``: what a call without ``arithmetic`` uses: \"opencv4\", or what the\n"
    "    environment's FASTCV_ARITHMETIC named at import; for \"auto\", what that is now.\n"
    "    ``opencv``: the version that is loaded.\n"
    "    ``opencv_built_with``: the version whose headers were compiled with.\n"
    "    ``compiler``: its version.\n"
    "    ``openmp``: the date of the OpenMP standard (yyyymm).\n");

PyMethodDef py_settings_methods[] = {
    {"set_num_threads", set_num_threads, METH_O, set_num_threads_doc},
    {"get_num_threads", get_num_threads, METH_NOARGS, get_num_threads_doc},
    {"set_output_limits", (PyCFunction)(void (*)(void))set_output_limits,
     METH_VARARGS | METH_KEYWORDS, set_output_limits_doc},
    {"get_output_limits", get_output_limits, METH_NOARGS, get_output_limits_doc},
    {"build_info", build_info, METH_NOARGS, build_info_doc},
    {"_set_kernel", set_kernel, METH_O,
     "_set_kernel($module, name, /)\n--\n\nUse another variant, for tests and benchmarks."},
#ifdef FASTCV_COUNT_PATHS
    {"_path_counts", path_counts, METH_NOARGS,
     "_path_counts($module, /)\n--\n\nPixels of crops by path, since the last call."},
#endif
    {"_cgroup_cpus", cgroup_cpus, METH_O,
     "_cgroup_cpus($module, root, /)\n--\n\nCPUs that the cgroup quota below root allows, or 0."},
    {NULL, NULL, 0, NULL},
};
