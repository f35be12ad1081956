/* What help(fastcv.image_crop) shows. */
#include "binding/binding.h"

#define CROP_PARAMETERS                                                                            \
    "Parameters\n"                                                                                 \
    "----------\n"                                                                                 \
    "image : array, shape (height, width) or (height, width, channels)\n"                          \
    "    The page: uint8, uint16, int16, float32 or float64, 1 to 4 channels. Any layout; it is\n" \
    "    never written, and not copied while its rows are contiguous and run downwards.\n"         \
    "boxes : array, shape (n, 4, 2), or a sequence of (4, 2)\n"                                    \
    "    Corners in px, left-top, right-top, right-bottom, left-bottom as the text is read; "      \
    "ints\n"                                                                                       \
    "    or floats, worked with as float32. Boxes may lie partly or wholly outside the page.\n"

#define CROP_OPTIONS                                                                               \
    "interpolation : {\"linear\", \"nearest\", \"cubic\", \"area\", \"lanczos4\"}\n"               \
    "    As in OpenCV's warp, where \"area\" computes \"linear\".\n"                               \
    "border : {\"constant\", \"replicate\", \"reflect\", \"reflect101\", \"wrap\"}\n"              \
    "    What the page continues with beyond its edges.\n"                                         \
    "border_value : number or one number a channel, default 0\n"                                   \
    "    The constant border, in the image's units. A single number fills every channel (cv2\n"    \
    "    fills the first and leaves the others 0).\n"                                              \
    "degenerate : {\"raise\", \"empty\"}\n"                                                        \
    "    What to do with a box that has no transform: NaN or infinite, beyond ±2**30, a side\n"    \
    "    under 2 px, three corners on a line. \"raise\" refuses the call; \"empty\" puts an "      \
    "array\n"                                                                                      \
    "    of shape (0, 0, channels) in its place. A box that is sound but too large is refused.\n"  \
    "out : ndarray, optional\n"                                                                    \
    "    Memory for the crops, which then are views of it, packed one after the other.\n"          \
    "    One-dimensional, contiguous, writeable, of the image's dtype but not its memory, with\n"  \
    "    at least as many items as the crops have (see `crop_shapes`).\n"                          \
    "\n"                                                                                           \
    "Returns\n"                                                                                    \
    "-------\n"                                                                                    \
    "list of ndarray\n"                                                                            \
    "    One array a box, in the order of the boxes, of the image's dtype and channels; 2-D "      \
    "when\n"                                                                                       \
    "    the image is. A crop is max(int(|rb - lb|), int(|rt - lt|)) px wide and\n"                \
    "    max(int(|rt - rb|), int(|lt - lb|)) px high. Crops may share a piece of memory, at\n"     \
    "    most 2 MiB, which the last of them keeps alive (docs/memory.md).\n"                       \
    "\n"                                                                                           \
    "Raises\n"                                                                                     \
    "------\n"                                                                                     \
    "TypeError\n"                                                                                  \
    "    Wrong dtype or type of an argument; a masked array.\n"                                    \
    "ValueError\n"                                                                                 \
    "    Wrong shape or value, a degenerate box (named by its index), outputs beyond\n"            \
    "    `set_output_limits`, an ``out`` that will not do. Nothing has been written then.\n"       \
    "MemoryError\n"                                                                                \
    "    The outputs, or a copy of an image that needs one, do not fit in memory.\n"               \
    "\n"

#define CROP_NOTES                                                                                 \
    "Notes\n"                                                                                      \
    "-----\n"                                                                                      \
    "The pixels are those of ``cv2.getPerspectiveTransform`` and ``cv2.warpPerspective`` of\n"     \
    "OpenCV 4.x, byte for byte for uint8 (docs/arithmetic.md has the other dtypes), with the\n"    \
    "crop's corners at (0, 0), (w-1, 0), (w-1, h-1), (0, h-1). The GIL is released while\n"        \
    "pixels are computed.\n"

const char py_image_crop_doc[] =
    "image_crop($module, image, boxes, *, interpolation=\"linear\", border=\"constant\",\n"
    "           border_value=0, degenerate=\"raise\", out=None)\n"
    "--\n"
    "\n"
    "Cut every box out of a page, upright.\n"
    "\n" CROP_PARAMETERS CROP_OPTIONS "See Also\n"
    "--------\n"
    "image_crop_openmp : the same on several threads.\n"
    "crop_shapes : how large the crops will be.\n"
    "\n" CROP_NOTES "\n"
    "Examples\n"
    "--------\n"
    ">>> import numpy as np\n"
    ">>> page = np.zeros((100, 200, 3), np.uint8)\n"
    ">>> page[20:40, 30:90] = 255\n"
    ">>> crops = fastcv.image_crop(page, [[[30, 20], [90, 20], [90, 40], [30, 40]]])\n"
    ">>> crops[0].shape\n"
    "(20, 60, 3)\n";

const char py_image_crop_openmp_doc[] =
    "image_crop_openmp($module, image, boxes, *, num_threads=None,\n"
    "                  interpolation=\"linear\", border=\"constant\", border_value=0,\n"
    "                  degenerate=\"raise\", out=None)\n"
    "--\n"
    "\n"
    "Cut every box out of a page, upright, on several threads.\n"
    "\n" CROP_PARAMETERS "num_threads : int, optional\n"
    "    At most this many, 1 to 1024; by default `get_num_threads`. Small calls use fewer. The\n"
    "    result does not depend on it.\n" CROP_OPTIONS "See Also\n"
    "--------\n"
    "image_crop : the same on the calling thread.\n"
    "\n" CROP_NOTES;

const char py_crop_shapes_doc[] =
    "crop_shapes($module, /, boxes, *, degenerate=\"raise\")\n"
    "--\n"
    "\n"
    "How large the crops of boxes are, on any page.\n"
    "\n"
    "Parameters\n"
    "----------\n"
    "boxes, degenerate\n"
    "    As in `image_crop`.\n"
    "\n"
    "Returns\n"
    "-------\n"
    "ndarray, shape (n, 2), of int\n"
    "    Height and width in px; 0, 0 where ``degenerate`` leaves a crop empty.\n"
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
