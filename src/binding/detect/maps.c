#include "binding/detect/maps.h"

#include "fastcv/detect.h"

int py_map_convert(ModuleState *state, const char *function, const char *argument, PyObject *object,
                   PyImage *map)
{
    if (py_image_convert(state, function, argument, object, 1U << FASTCV_F32, FASTCV_MAP_PX, map) <
        0)
        return -1;
    const char *wanted = NULL;
    if (map->ndim != 2)
        wanted = "be (height, width)";
    else if (map->view.width_px > FASTCV_MAP_SIDE || map->view.height_px > FASTCV_MAP_SIDE)
        wanted = "have at most 16777216 px a side";
    if (!wanted)
        return 0;
    py_set_shape_error(function, argument, wanted, map->array);
    py_image_release(map);
    return -1;
}

static PyArrayObject *quads_array(const FastcvQuad *quads, npy_intp count)
{
    npy_intp shape[3] = {count, 4, 2};
    PyArrayObject *array = (PyArrayObject *)PyArray_SimpleNew(3, shape, NPY_FLOAT32);
    if (!array)
        return NULL;
    float *number = PyArray_DATA(array);
    for (npy_intp i = 0; i < count; i++) {
        for (int k = 0; k < 4; k++) {
            *number++ = quads[i].x[k];
            *number++ = quads[i].y[k];
        }
    }
    return array;
}

PyObject *py_quads_pair(const FastcvQuad *quads, const void *values, int type, npy_intp count)
{
    PyArrayObject *boxes = quads_array(quads, count);
    PyArrayObject *others = (PyArrayObject *)PyArray_SimpleNew(1, &count, type);
    PyObject *pair = NULL;
    if (boxes && others) {
        memcpy(PyArray_DATA(others), values, (size_t)PyArray_NBYTES(others));
        pair = PyTuple_Pack(2, boxes, others);
    }
    Py_XDECREF(boxes);
    Py_XDECREF(others);
    return pair;
}
