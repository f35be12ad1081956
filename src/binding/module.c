/* fastcv._core, the extension module. */
#define FASTCV_IMPORTS_NUMPY
#include "binding/binding.h"

static int add_type(PyObject *module, PyType_Spec *spec, PyTypeObject **type)
{
    *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    return *type ? PyModule_AddType(module, *type) : -1;
}

/* Python 3.12 and later refuse by themselves, in the same words. */
static int refuse_subinterpreter(void)
{
#ifndef Py_mod_multiple_interpreters
    if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
        PyErr_SetString(PyExc_ImportError,
                        "module fastcv._core does not support loading in subinterpreters");
        return -1;
    }
#endif
    return 0;
}

static int exec_module(PyObject *module)
{
    if (refuse_subinterpreter() < 0)
        return -1;
    ModuleState *state = state_of(module);
    atomic_init(&state->crop_bytes_cap, (size_t)1 << 30);
    atomic_init(&state->call_bytes_cap, (size_t)4 << 30);

    if (PyArray_ImportNumPyAPI() < 0 || py_choose_kernel() < 0 || py_choose_arithmetic(state) < 0)
        return -1;
    state->numpy_ma = PyUnicode_InternFromString("numpy.ma");
    state->pil_image = PyUnicode_InternFromString("PIL.Image");
    state->x = PyUnicode_InternFromString("x");
    state->y = PyUnicode_InternFromString("y");
    state->conventions = PyDict_New();
    if (!state->numpy_ma || !state->pil_image || !state->x || !state->y || !state->conventions ||
        add_type(module, &py_polygon_index_spec, &state->polygon_index) < 0 ||
        add_type(module, &py_words_spec, &state->words) < 0 ||
        add_type(module, &py_tensor_format_spec, &state->tensor_format) < 0)
        return -1;
    PyMethodDef *const groups[] = {
        py_crop_methods,         py_colors_methods, py_cumulative_sum_methods, py_polygons_methods,
        py_settings_methods,     py_memory_methods, py_batches_methods,        py_decode_methods,
        py_detect_methods,       py_craft_methods,  py_text_colors_methods,    py_pil_methods,
        py_box_problems_methods, py_png_methods,    py_records_methods,        py_tar_methods};
    for (size_t group = 0; group < sizeof groups / sizeof *groups; group++) {
        if (PyModule_AddFunctions(module, groups[group]) < 0)
            return -1;
    }
    return 0;
}

static int traverse_module(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(state_of(module)->conventions);
    Py_VISIT(state_of(module)->polygon_index);
    Py_VISIT(state_of(module)->words);
    Py_VISIT(state_of(module)->tensor_format);
    return 0;
}

static int clear_module(PyObject *module)
{
    ModuleState *state = state_of(module);
    Py_CLEAR(state->numpy_ma);
    Py_CLEAR(state->pil_image);
    Py_CLEAR(state->x);
    Py_CLEAR(state->y);
    Py_CLEAR(state->conventions);
    Py_CLEAR(state->polygon_index);
    Py_CLEAR(state->words);
    Py_CLEAR(state->tensor_format);
    return 0;
}

static void free_module(void *module)
{
    clear_module(module);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, exec_module},
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters,
     Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED}, /* NumPy has none either */
#endif
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "fastcv._core",
    .m_doc = "fastcv's C core; import fastcv instead.",
    .m_size = sizeof(ModuleState),
    .m_slots = slots,
    .m_traverse = traverse_module,
    .m_clear = clear_module,
    .m_free = free_module,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&definition);
}
