/* The methods of this room, and what help(fastcv.image_crop) shows. */
#include "binding/crop/crop.h"

#define CROP_PARAMETERS                                                                            \
    "Parameters\n"                                                                                 \
    "----------\n"                                                                                 \
    "image : array, shape (height, width) or (height, width, channels)\n"                          \
    "    The page: uint8, uint16, int16, float32 or float64, 1 to 4 channels, in any memory\n"     \
    "    layout. It is never written. It is copied only if its rows are not contiguous or run\n"   \
    "    upwards.\n"                                                                               \
    "boxes : array, shape (n, 4, 2), or a sequence of (4, 2)\n"                                    \
    "    Corners in px, in reading order: left-top, right-top, right-bottom, left-bottom. Ints\n"  \
    "    or floats; they are rounded to float32. Boxes may lie partly or wholly outside the\n"     \
    "    page.\n"

#define CROP_OPTIONS                                                                               \
    "interpolation : {\"linear\", \"nearest\", \"cubic\", \"area\", \"lanczos4\"}\n"               \
    "    As OpenCV's warp; \"area\" computes \"linear\" there too.\n"                              \
    "border : {\"constant\", \"replicate\", \"reflect\", \"reflect101\", \"wrap\"}\n"              \
    "    What lies beyond the page's edges.\n"                                                     \
    "border_value : number or one number a channel, default 0\n"                                   \
    "    The colour of the constant border, in the image's units. A single number fills every\n"   \
    "    channel; cv2 fills only the first.\n"                                                     \
    "degenerate : {\"raise\", \"empty\"}\n"                                                        \
    "    What to do with a box that has no transform: a corner is NaN, infinite or beyond\n"       \
    "    ±2**30, a side is under 2 px, or three corners lie on a line. \"raise\" refuses the\n"    \
    "    call. \"empty\" puts an array of shape (0, 0, channels) in the crop's place. Both "       \
    "refuse\n"                                                                                     \
    "    a sound box whose crop would be too large.\n"                                             \
    "out : ndarray, optional\n"                                                                    \
    "    Memory for the crops; they are views of it, packed one after the other. It must be\n"     \
    "    one-dimensional, contiguous and writeable, have the image's dtype but not its memory,\n"  \
    "    and have room for all crops (see `crop_shapes`).\n"                                       \
    "\n"                                                                                           \
    "Returns\n"                                                                                    \
    "-------\n"                                                                                    \
    "list of ndarray\n"                                                                            \
    "    One array a box, in the order of the boxes, with the image's dtype and channels; 2-D\n"   \
    "    if the image is 2-D. A crop is max(int(|rb - lb|), int(|rt - lt|)) px wide and\n"         \
    "    max(int(|rt - rb|), int(|lt - lb|)) px high. Small crops share pieces of memory of at\n"  \
    "    most 256 KiB; the last crop of a piece keeps it alive (docs/memory.md).\n"                \
    "\n"                                                                                           \
    "Raises\n"                                                                                     \
    "------\n"                                                                                     \
    "TypeError\n"                                                                                  \
    "    An argument has the wrong type or dtype, or is a masked array.\n"                         \
    "ValueError\n"                                                                                 \
    "    An argument has the wrong shape or value, a box is degenerate (the message names its\n"   \
    "    index), the crops exceed `set_output_limits`, or ``out`` does not fit. Nothing has\n"     \
    "    been written.\n"                                                                          \
    "MemoryError\n"                                                                                \
    "    There is no memory for the crops or for a copy of the image.\n"                           \
    "\n"

#define CROP_NOTES                                                                                 \
    "Notes\n"                                                                                      \
    "-----\n"                                                                                      \
    "A crop has the pixels of OpenCV 4.x's ``cv2.getPerspectiveTransform`` and\n"                  \
    "``cv2.warpPerspective`` with the box's corners at (0, 0), (w-1, 0), (w-1, h-1) and\n"         \
    "(0, h-1): the same bytes for uint8; docs/arithmetic.md has the other dtypes. The GIL is\n"    \
    "released while pixels are computed.\n"

static const char image_crop_doc[] =
    "image_crop($module, image, boxes, *, order=\"given\", interpolation=\"linear\",\n"
    "           border=\"constant\", border_value=0, degenerate=\"raise\", out=None)\n"
    "--\n"
    "\n"
    "Cut every box out of a page, upright.\n"
    "\n" CROP_PARAMETERS CROP_OPTIONS "See Also\n"
    "--------\n"
    "image_crop_openmp : The same on several threads.\n"
    "crop_shapes : How large the crops will be.\n"
    "\n" CROP_NOTES "\n"
    "Examples\n"
    "--------\n"
    ">>> import numpy as np\n"
    ">>> page = np.zeros((100, 200, 3), np.uint8)\n"
    ">>> page[20:40, 30:90] = 255\n"
    ">>> crops = fastcv.image_crop(page, [[[30, 20], [90, 20], [90, 40], [30, 40]]])\n"
    ">>> crops[0].shape\n"
    "(20, 60, 3)\n";

static const char image_crop_openmp_doc[] =
    "image_crop_openmp($module, image, boxes, *, num_threads=None,\n"
    "                  order=\"given\", interpolation=\"linear\", border=\"constant\",\n"
    "                  border_value=0, degenerate=\"raise\", out=None)\n"
    "--\n"
    "\n"
    "Cut every box out of a page, upright, on several threads.\n"
    "\n" CROP_PARAMETERS "num_threads : int, optional\n"
    "    The most threads to use, 1 to 1024; `get_num_threads` by default. Small calls use\n"
    "    fewer. The result does not depend on it.\n" CROP_OPTIONS "See Also\n"
    "--------\n"
    "image_crop : The same on the calling thread.\n"
    "\n" CROP_NOTES;

static const char crop_shapes_doc[] =
    "crop_shapes($module, /, boxes, *, order=\"given\", degenerate=\"raise\")\n"
    "--\n"
    "\n"
    "Compute how large the crops of boxes are. That does not depend on the page.\n"
    "\n"
    "Parameters\n"
    "----------\n"
    "boxes, order, degenerate\n"
    "    As in `image_crop`.\n"
    "\n"
    "Returns\n"
    "-------\n"
    "ndarray, shape (n, 2), of int\n"
    "    Height and width in px; 0 and 0 for a crop that ``degenerate`` leaves empty.\n"
    "\n"
    "Raises\n"
    "------\n"
    "TypeError, ValueError\n"
    "    As in `image_crop`.\n"
    "\n"
    "Examples\n"
    "--------\n"
    ">>> import numpy as np\n"
    ">>> page = np.zeros((100, 200, 3), np.uint8)\n"
    ">>> boxes = [[[30, 20], [90, 20], [90, 40], [30, 40]], [[5, 5], [5, 55], [25, 55], [25, 5]]]\n"
    ">>> shapes = fastcv.crop_shapes(boxes)\n"
    ">>> shapes.tolist()\n"
    "[[20, 60], [20, 50]]\n"
    ">>> memory = np.empty(shapes.prod(axis=1).sum() * 3, page.dtype)\n"
    ">>> crops = fastcv.image_crop(page, boxes, out=memory)\n"
    ">>> crops[1].base is memory\n"
    "True\n";

PyMethodDef py_crop_methods[] = {
    {"image_crop", (PyCFunction)(void (*)(void))py_image_crop, METH_FASTCALL | METH_KEYWORDS,
     image_crop_doc},
    {"image_crop_openmp", (PyCFunction)(void (*)(void))py_image_crop_openmp,
     METH_FASTCALL | METH_KEYWORDS, image_crop_openmp_doc},
    {"crop_shapes", (PyCFunction)(void (*)(void))py_crop_shapes, METH_FASTCALL | METH_KEYWORDS,
     crop_shapes_doc},
    {"_set_conventions", py_set_conventions, METH_O,
     "_set_conventions($module, conventions, /)\n--\n\nMake these conventions known by name."},
    {NULL, NULL, 0, NULL},
};
