#include "binding/convert/gray.h"

#include "fastcv/gray.h"

static int check(const char *function, const PyImage *image)
{
    if (image->view.depth != FASTCV_U8)
        PyErr_Format(PyExc_ValueError, "%s: grayscale needs an image of uint8, not %S", function,
                     (PyObject *)PyArray_DESCR(image->array));
    else if (image->view.channels == 2)
        PyErr_Format(PyExc_ValueError, "%s: grayscale needs an image of 1, 3 or 4 channels, not 2",
                     function);
    else
        return 0;
    return -1;
}

int py_gray_begin(const char *function, PyImage *image, PyGray *gray)
{
    *gray = (PyGray){0};
    if (check(function, image) < 0)
        return -1;
    image->ndim = 2;
    if (image->view.channels == 1)
        return 0;
    const size_t bytes = (size_t)image->view.width_px * (size_t)image->view.height_px;
    gray->slab = fastcv_slab_take(bytes);
    gray->memory = gray->slab ? NULL : PyMem_RawMalloc(bytes);
    if (!gray->slab && !gray->memory) {
        PyErr_NoMemory();
        return -1;
    }
    gray->page = image->view;
    image->view.pixels = gray->slab ? (uint8_t *)fastcv_slab_room(gray->slab) : gray->memory;
    image->view.stride_bytes = image->view.width_px;
    image->view.channels = 1;
    return 0;
}

FastcvStatus py_gray_fill(const PyGray *gray, const PyImage *image, FastcvPool pool)
{
    if (!gray->page.channels)
        return FASTCV_OK;
    return fastcv_gray_page(&gray->page, (uint8_t *)image->view.pixels, pool);
}

void py_gray_release(PyGray *gray)
{
    if (gray->slab)
        fastcv_slab_give_back(gray->slab);
    PyMem_RawFree(gray->memory);
    *gray = (PyGray){0};
}
