/* What the files of the binding share. Include it first: it brings Python.h and NumPy. */
#ifndef FASTCV_BINDING_H
#define FASTCV_BINDING_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL fastcv_array_api
#ifndef FASTCV_IMPORTS_NUMPY
#define NO_IMPORT_ARRAY
#endif
#include <numpy/arrayobject.h>

#include <stdatomic.h>

#include "fastcv/threads.h"

typedef struct ModuleState {
    PyObject *numpy_ma, *pil_image; /* names of modules */
    PyObject *x, *y;                /* names of attributes */
    PyObject *conventions;          /* fastcv.CONVENTIONS; an empty dict until one is named */
    PyTypeObject *polygon_index;    /* the type PolygonIndex */
    PyTypeObject *words, *tensor_format;
    int default_arithmetic; /* an index of py_arithmetic_names; set at import */
    atomic_size_t crop_bytes_cap;
    atomic_size_t call_bytes_cap;
} ModuleState;

static inline ModuleState *state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

/* The entries that Python calls, one group a file. */

extern PyMethodDef py_crop_methods[], py_colors_methods[], py_cumulative_sum_methods[],
    py_polygons_methods[], py_settings_methods[], py_memory_methods[], py_batches_methods[],
    py_decode_methods[], py_detect_methods[], py_craft_methods[], py_text_colors_methods[],
    py_pil_methods[], py_box_problems_methods[], py_png_methods[], py_records_methods[],
    py_tar_methods[];
extern PyType_Spec py_polygon_index_spec, py_words_spec, py_tensor_format_spec;

/* Chooses the variant that FASTCV_KERNEL names. -1 with an ImportError if this CPU does not have
 * it. */
int py_choose_kernel(void);

/* The same for the arithmetic that FASTCV_ARITHMETIC names, which calls without one use. */
int py_choose_arithmetic(ModuleState *state);

/* Loops over items call it for each: a million boxes take a second, so signals are checked between.
 */
static inline int py_is_interrupted(Py_ssize_t done)
{
    return done % 4096 == 4095 && PyErr_CheckSignals() < 0;
}

/* A pool whose loops run without the GIL and notice signals. */
typedef struct PyRun {
    PyThreadState *thread;
    FastcvPool pool;
} PyRun;

/* Between these two calls C must not touch any Python object. num_threads is at least 1. Returns 0,
 * or -1 with an exception, for example of a signal's handler; then there is nothing to end. */
int py_run_begin(PyRun *run, int num_threads);
void py_run_end(PyRun *run);

/* Begins again after py_run_end, on the same thread. */
void py_run_resume(PyRun *run);

/* Sets the exception for a status other than OK. A cancelled run has set it already. */
void py_set_run_error(const char *function, FastcvError error);

/* The caller's num_threads, or the default for None. -1 with an exception. */
int py_resolve_threads(const char *function, PyObject *num_threads);

#endif
