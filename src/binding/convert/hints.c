/* What the caller of a refused call may have meant. fastcv.hints knows; it is imported and asked
 * only after a refusal, so that good calls pay nothing. */
#include "binding/convert/convert.h"

/* fastcv.hints.explain's answer, a new reference to an exception. */
static PyObject *ask(const char *kind, const char *function, const char *argument, PyObject *object,
                     PyObject *error)
{
    PyObject *module = PyImport_ImportModule("fastcv.hints");
    PyObject *answer = module ? PyObject_CallMethod(module, "explain", "sssOO", kind, function,
                                                    argument, object, error)
                              : NULL;
    Py_XDECREF(module);
    return answer;
}

void py_explain(const char *kind, const char *function, const char *argument, PyObject *object)
{
    if (!PyErr_ExceptionMatches(PyExc_Exception) || PyErr_ExceptionMatches(PyExc_MemoryError))
        return;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyObject *answer = ask(kind, function, argument, object, value);
    if (answer && answer != value && PyExceptionInstance_Check(answer)) {
        PyErr_SetObject((PyObject *)Py_TYPE(answer), answer);
    } else if (answer || PyErr_ExceptionMatches(PyExc_Exception)) {
        PyErr_Restore(type, value, traceback); /* drops what went wrong in asking */
        type = value = traceback = NULL;
    } /* else: Ctrl-C */
    Py_XDECREF(answer);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}
