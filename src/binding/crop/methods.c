/* The methods of this room, and what help(fastcv.image_crop) shows. */
#include "binding/crop/crop.h"

#define CROP_PARAMETERS                                                                            \
    "Parameters\n"                                                                                 \
    "----------\n"                                                                                 \
    "image : array, shape (height, width) or (height, width, channels), or PIL image\n"            \
    "    The page: uint8, uint16, int16, float32 or float64, 1 to 4 channels, in any memory\n"     \
    "    layout. It is never written. It is copied only if its rows are not contiguous or run\n"   \
    "    upwards. Crops have its channels in its own order: B, G, R from ``cv2.imread``,\n"        \
    "    R, G, B from PIL.\n"                                                                      \
    "boxes : array or sequence\n"                                                                  \
    "    Boxes in px: quads, shape (n, 4, 2) or (n, 8), with the corners left-top, right-top,\n"   \
    "    right-bottom, left-bottom; or upright boxes, shape (n, 4): x1, y1, x2, y2; or a list\n"   \
    "    of such boxes. With the order \"min_area_rect\" also polygons of 3 points or more.\n"     \
    "    Ints or floats; they are rounded to float32. Boxes may lie partly or wholly outside\n"    \
    "    the page.\n"                                                                              \
    "convention : str or CropConvention, default \"fastcv\"\n"                                     \
    "    How a box becomes a crop: a name in `CONVENTIONS`, or an object with the attributes of\n" \
    "    `CropConvention`, which has their meaning. A keyword from ``size`` to ``border_value``\n" \
    "    replaces the convention's part of that name. Left out, it is the convention's; the\n"     \
    "    signature shows those of \"fastcv\".\n"                                                   \
    "size : {\"longer\", \"edges\", \"longer_edges\", \"mean\"}\n"                                 \
    "    What the crop's sides measure, cut to whole px: the longer of two opposite edges, the\n"  \
    "    top and the right edge, again the longer, or the mean. With \"edges\" and\n"              \
    "    \"longer_edges\" the corners lie at the lengths themselves.\n"                            \
    "corners : {\"w-1\", \"w\"}\n"                                                                 \
    "    Where the last corner lies on a crop of w × h px: (w - 1, h - 1) or (w, h).\n"            \
    "transform : {\"perspective\", \"affine\"}\n"                                                  \
    "    As ``cv2.warpPerspective``, or of the first three corners as ``cv2.warpAffine``.\n"       \
    "order : {\"given\", \"clockwise\", \"min_area_rect\"}\n"                                      \
    "    Corners as given, put into reading order, or those of the smallest rectangle around\n"    \
    "    them.\n"                                                                                  \
    "tall_ratio : float or None\n"                                                                 \
    "    A crop with height / width of at least this is turned by 90° counter-clockwise.\n"        \
    "grayscale : bool\n"                                                                           \
    "    Crops of the page in gray, as ``cv2.COLOR_BGR2GRAY`` computes it, of shape (height,\n"    \
    "    width). The image must be uint8, its first channel blue.\n"

#define CROP_OPTIONS                                                                               \
    "interpolation : {\"linear\", \"nearest\", \"cubic\", \"area\", \"lanczos4\"}, or cv2's int\n" \
    "    As OpenCV's warp; \"area\" computes \"linear\" there too. ``cv2.INTER_CUBIC`` is "        \
    "\"cubic\".\n"                                                                                 \
    "border : {\"constant\", \"replicate\", \"reflect\", \"reflect101\", \"wrap\"}, or cv2's "     \
    "int\n"                                                                                        \
    "    What lies beyond the page's edges. ``cv2.BORDER_REFLECT_101`` is \"reflect101\".\n"       \
    "border_value : number or one number a channel\n"                                              \
    "    The colour of the constant border, in the image's units. A single number fills every\n"   \
    "    channel; cv2 fills only the first.\n"                                                     \
    "arithmetic : {\"opencv4\", \"opencv5\", \"auto\"}, optional\n"                                \
    "    Whose pixels: those of cv2 4.x or of cv2 5; \"auto\" is that of the cv2 that is\n"        \
    "    installed, or 4. By default \"opencv4\", unless the environment's FASTCV_ARITHMETIC\n"    \
    "    names another. \"opencv5\" takes uint8 images of 1, 3 or 4 channels, every\n"             \
    "    interpolation but \"lanczos4\", and the borders \"constant\" and \"replicate\"\n"         \
    "    (docs/arithmetic.md).\n"                                                                  \
    "degenerate : {\"raise\", \"skip\", \"empty\"}\n"                                              \
    "    What to do with a box that has no crop: a corner is NaN, infinite or beyond ±2**30, a\n"  \
    "    side is under 2 px (under 1 px with the corners \"w\"), three corners lie on a line, a\n" \
    "    quad crosses itself, x2 < x1 or y2 < y1, or a slice has no pixel of the page.\n"          \
    "    \"raise\" refuses the call. \"skip\" leaves the box out and tells which are cut. "        \
    "\"empty\"\n"                                                                                  \
    "    keeps its place, with an array of shape (0, 0, channels). All refuse a sound box whose\n" \
    "    crop would be too large.\n"                                                               \
    "out : ndarray, optional\n"                                                                    \
    "    Memory for the crops; they are views of it, packed one after the other. It must be\n"     \
    "    one-dimensional, contiguous and writeable, have the image's dtype but not its memory,\n"  \
    "    and have room for all crops (see `crop_shapes`).\n"                                       \
    "\n"                                                                                           \
    "Returns\n"                                                                                    \
    "-------\n"                                                                                    \
    "list of ndarray\n"                                                                            \
    "    One array a box, in the order of the boxes, with the image's dtype and channels; 2-D\n"   \
    "    if the image is 2-D or becomes gray. By default a crop is\n"                              \
    "    max(int(|rb - lb|), int(|rt - lt|)) px wide and max(int(|rt - rb|), int(|lt - lb|)) px\n" \
    "    high. Small crops share pieces of memory of at most 256 KiB; the last crop of a piece\n"  \
    "    keeps it alive (docs/memory.md). With degenerate=\"skip\", a tuple: the list, and the\n"  \
    "    indices of the boxes that were cut, shape (k,), of int.\n"                                \
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
    "    There is no memory for the crops, for a copy of the image or for its gray.\n"             \
    "\n"

#define CROP_NOTES                                                                                 \
    "Notes\n"                                                                                      \
    "-----\n"                                                                                      \
    "By default a crop has the pixels of OpenCV 4.x's ``cv2.getPerspectiveTransform`` and\n"       \
    "``cv2.warpPerspective`` with the box's corners at (0, 0), (w-1, 0), (w-1, h-1) and\n"         \
    "(0, h-1): the same bytes for uint8; docs/arithmetic.md has the other dtypes. Under another\n" \
    "convention it has those of the same functions with that convention's corners, or of\n"        \
    "``cv2.getAffineTransform`` and ``cv2.warpAffine``. The GIL is released while pixels are\n"    \
    "computed.\n"

static const char image_crop_doc[] =
    "image_crop($module, image, boxes, *, convention=\"fastcv\", size=\"longer\",\n"
    "           corners=\"w-1\", transform=\"perspective\", order=\"given\", tall_ratio=None,\n"
    "           grayscale=False, interpolation=\"linear\", border=\"constant\", border_value=0,\n"
    "           arithmetic=None, degenerate=\"raise\", out=None)\n"
    "--\n"
    "\n"
    "Cut every box out of a page, upright.\n"
    "\n" CROP_PARAMETERS CROP_OPTIONS "See Also\n"
    "--------\n"
    "image_crop_openmp : The same on several threads.\n"
    "crop_shapes : How large the crops will be.\n"
    "CropConvention : How a box becomes a crop.\n"
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
    "image_crop_openmp($module, image, boxes, *, num_threads=None, convention=\"fastcv\",\n"
    "                  size=\"longer\",\n"
    "                  corners=\"w-1\", transform=\"perspective\", order=\"given\", "
    "tall_ratio=None,\n"
    "                  grayscale=False, interpolation=\"linear\", border=\"constant\", "
    "border_value=0,\n"
    "                  arithmetic=None, degenerate=\"raise\", out=None)\n"
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
    "crop_shapes($module, boxes, *, convention=\"fastcv\", size=\"longer\", corners=\"w-1\",\n"
    "            transform=\"perspective\", order=\"given\", tall_ratio=None, grayscale=False,\n"
    "            interpolation=\"linear\", border=\"constant\", border_value=0,\n"
    "            arithmetic=None, degenerate=\"raise\", image_shape=None)\n"
    "--\n"
    "\n"
    "Compute how large the crops of boxes are, as `image_crop` hands them out.\n"
    "\n"
    "Parameters\n"
    "----------\n"
    "boxes, convention, size, corners, transform, order, tall_ratio, degenerate\n"
    "    As in `image_crop`.\n"
    "grayscale, interpolation, border, border_value, arithmetic\n"
    "    The same, so that both functions take the same options. Sizes do not depend on them.\n"
    "image_shape : tuple of 2 or 3 ints, optional\n"
    "    The image's height and width; channels may follow. Needed only if the convention makes\n"
    "    slices of upright boxes, which end where the page ends.\n"
    "\n"
    "Returns\n"
    "-------\n"
    "ndarray, shape (n, 2), of int\n"
    "    Height and width in px; 0 and 0 for a crop that ``degenerate`` leaves empty. With\n"
    "    degenerate=\"skip\", a tuple: the shapes of the crops that are left, and their boxes'\n"
    "    indices.\n"
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
