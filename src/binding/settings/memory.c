/* The memory pool: its limit and its figures. */
#include "binding/convert/convert.h"
#include "fastcv/slabs.h"

static PyObject *set_memory_pool(PyObject *module, PyObject *object)
{
    (void)module;
    int64_t max_bytes;
    if (py_int_convert("set_memory_pool", "max_bytes", object, "an int", 0, INT64_MAX, &max_bytes) <
        0)
        return NULL;
    fastcv_slabs_set_max((size_t)max_bytes);
    Py_RETURN_NONE;
}

static PyObject *memory_pool_info(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    const FastcvSlabStats stats = fastcv_slab_stats();
    return Py_BuildValue("{s:n, s:n, s:n, s:K, s:K}",                //
                         "max_bytes", (Py_ssize_t)stats.max_bytes,   //
                         "free_bytes", (Py_ssize_t)stats.free_bytes, //
                         "used_bytes", (Py_ssize_t)stats.used_bytes, //
                         "hits", (unsigned long long)stats.hits,     //
                         "misses", (unsigned long long)stats.misses);
}

static PyObject *empty_memory_pool(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    fastcv_slabs_empty();
    Py_RETURN_NONE;
}

PyDoc_STRVAR(
    set_memory_pool_doc,
    "set_memory_pool($module, max_bytes, /)\n"
    "--\n"
    "\n"
    "Set how much unused memory this process keeps for its next calls.\n"
    "\n"
    "Parameters\n"
    "----------\n"
    "max_bytes : int\n"
    "    The most bytes that are kept: memory of dropped crops and the tables that colours are\n"
    "    counted in. 512 MiB at first, of which the system may take all but 64 MiB when memory\n"
    "    runs short. Memory beyond the limit goes back to the system at once.\n"
    "    0 turns the pool off: the crops of later calls own their memory, and no table is kept.\n"
    "\n"
    "Raises\n"
    "------\n"
    "TypeError, ValueError\n"
    "    Not an int; negative.\n"
    "\n"
    "See Also\n"
    "--------\n"
    "memory_pool_info, empty_memory_pool\n");

PyDoc_STRVAR(memory_pool_info_doc,
             "memory_pool_info($module, /)\n"
             "--\n"
             "\n"
             "Return how much memory the pool holds and how often calls find memory in it.\n"
             "\n"
             "Returns\n"
             "-------\n"
             "dict\n"
             "    ``max_bytes``, the limit; ``free_bytes``, kept for the next calls;\n"
             "    ``used_bytes``, held by crops that are alive and by calls that count colours;\n"
             "    ``hits`` and ``misses``, how many pieces of memory the pool had and how many\n"
             "    the system had to give.\n");

PyDoc_STRVAR(
    empty_memory_pool_doc,
    "empty_memory_pool($module, /)\n"
    "--\n"
    "\n"
    "Give the memory that is kept for the next calls back to the system.\n"
    "\n"
    "Crops that are alive keep their memory. It returns to the pool when they are dropped.\n");

PyMethodDef py_memory_methods[] = {
    {"set_memory_pool", set_memory_pool, METH_O, set_memory_pool_doc},
    {"memory_pool_info", memory_pool_info, METH_NOARGS, memory_pool_info_doc},
    {"empty_memory_pool", empty_memory_pool, METH_NOARGS, empty_memory_pool_doc},
    {NULL, NULL, 0, NULL},
};
