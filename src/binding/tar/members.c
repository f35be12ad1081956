/* Names and contents to a part of a tar archive. */
#include "binding/convert/convert.h"
#include "fastcv/tar.h"

static const char function[] = "_tar_members";

static int add_member(FastcvTarMember *member, PyObject *path, PyObject *content)
{
    if (!PyBytes_Check(path) || !PyBytes_Check(content)) {
        PyErr_Format(PyExc_TypeError, "%s: paths and contents must be bytes", function);
        return -1;
    }
    *member = (FastcvTarMember){
        .path = PyBytes_AS_STRING(path),
        .content = PyBytes_AS_STRING(content),
        .path_bytes = (size_t)PyBytes_GET_SIZE(path),
        .content_bytes = (size_t)PyBytes_GET_SIZE(content),
    };
    if (member->path_bytes > FASTCV_TAR_MAX_PATH_BYTES ||
        PyBytes_GET_SIZE(content) > FASTCV_TAR_MAX_CONTENT_BYTES) {
        PyErr_Format(PyExc_ValueError, "%s: a path or a content is too long", function);
        return -1;
    }
    return 0;
}

/* Returns uninitialised bytes for the archive. */
static PyObject *plan(PyObject *paths, PyObject *contents, Py_ssize_t count,
                      FastcvTarMember *members)
{
    size_t total = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (add_member(members + i, PyTuple_GET_ITEM(paths, i), PyTuple_GET_ITEM(contents, i)) < 0)
            return NULL;
        const size_t bytes = fastcv_tar_member_bytes(members[i].content_bytes);
        if (bytes > (size_t)PY_SSIZE_T_MAX - total)
            return PyErr_NoMemory();
        total += bytes;
    }
    return PyBytes_FromStringAndSize(NULL, (Py_ssize_t)total);
}

/* The tuples keep their bytes alive while others run. */
static PyObject *tar_members(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *paths, *contents;
    if (!PyArg_ParseTuple(args, "O!O!:_tar_members", &PyTuple_Type, &paths, &PyTuple_Type,
                          &contents))
        return NULL;
    const Py_ssize_t count = PyTuple_GET_SIZE(paths);
    if (PyTuple_GET_SIZE(contents) != count) {
        PyErr_Format(PyExc_ValueError, "%s: there must be a content for each path", function);
        return NULL;
    }
    FastcvTarMember *members = PyMem_New(FastcvTarMember, count);
    if (!members)
        return PyErr_NoMemory();
    PyObject *archive = plan(paths, contents, count, members);
    if (archive) {
        char *bytes = PyBytes_AS_STRING(archive);
        Py_BEGIN_ALLOW_THREADS fastcv_tar_write(members, count, bytes);
        Py_END_ALLOW_THREADS
    }
    PyMem_Free(members);
    return archive;
}

PyMethodDef py_tar_methods[] = {
    {"_tar_members", tar_members, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
