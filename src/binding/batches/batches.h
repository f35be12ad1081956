/* The types and entries of this room. src/fastcv/batch_job.py is the only caller. */
#ifndef FASTCV_BINDING_BATCHES_H
#define FASTCV_BINDING_BATCHES_H

#include "binding/binding.h"
#include "fastcv/batches.h"

/* Zeroed memory for count things, also for none. PyMem_Free it. NULL with an exception. */
static inline void *py_calloc(Py_ssize_t count, size_t bytes)
{
    void *memory = PyMem_Calloc((size_t)(count ? count : 1), bytes);
    if (!memory)
        PyErr_NoMemory();
    return memory;
}

/* ---- words.c ---- */

typedef struct PyWords PyWords;

PyObject *py_plan_words(PyObject *module, PyObject *args);
PyObject *py_words_of(PyObject *module, PyObject *args);

/* NULL with a TypeError if the object is none. */
const PyWords *py_words_of_object(ModuleState *state, const char *function, PyObject *object);

Py_ssize_t py_words_count(const PyWords *words);
const FastcvWord *py_words_get(const PyWords *words, Py_ssize_t index);

/* Whether a part of this memory is an image's that words are read from. */
int py_words_overlap(const PyWords *words, const char *first, const char *end);

/* ---- format.c ---- */

/* NULL with a TypeError if the object is none. */
const FastcvTensorFormat *py_format_of(ModuleState *state, const char *function, PyObject *object);

/* The NumPy type of its values. */
int py_format_npy_type(const FastcvTensorFormat *format);

/* ---- tensors.c ---- */

/* Tensors that are to be made: counts[k] words, widths[k] px wide. */
typedef struct PyTensors {
    const FastcvTensorFormat *format;
    int32_t height_px;
    Py_ssize_t count;
    const npy_intp *word_counts;
    const int32_t *widths;
    size_t *bytes; /* of each; set by py_tensors_measure */
} PyTensors;

/* The bytes of a word's place in a tensor so wide. */
size_t py_tensor_word_bytes(const PyTensors *tensors, int32_t width_px);

/* Refuses what is beyond the limit of a call. */
int py_tensors_measure(ModuleState *state, const char *function, PyTensors *tensors);

/* A list of uninitialised arrays: in out, or if that is None in slabs. *hold keeps out's memory in
 * place. NULL with an exception. */
PyObject *py_tensors_make(ModuleState *state, const char *function, const PyTensors *tensors,
                          const PyWords *words, PyObject *out, PyObject **hold);

#endif
