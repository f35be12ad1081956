/* Boxes from a detector's map. The package's detector_boxes.py wraps this entry. */
#include "binding/detect/maps.h"
#include "fastcv/detect.h"

static const char *const score_areas[] = {"box", "contour", NULL};
static const char *const contours[] = {"all", "outer", NULL};
static const char *const rectangles[] = {"least", "upright", NULL};
static const char *const means[] = {"float64", "float32", NULL};
static const char *const measures[] = {"float64", "opencv", "sides", NULL};
static const char *const scalings[] = {"float32", "mixed", "float64", "exact", NULL};
static const char *const corner_orders[] = {"rectangle", "by_x", "by_sum", "by_angle", NULL};
static const char *const reading_orders[] = {"found", "lines", "bubbles", NULL};

/* What Python hands over, in this order. */
enum {
    FUNCTION,
    MAP,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    THRESHOLD,
    INCLUSIVE,
    OPENING,
    DILATION,
    CONTOURS,
    MAX_CANDIDATES,
    MIN_EXTENT,
    RECTANGLE,
    MIN_SIDE,
    SCORE,
    MEAN,
    BOX_THRESHOLD,
    MEASURE,
    UNCLIP_RATIO,
    MIN_GROWN_SIDE,
    SCALING,
    CORNER_ORDER,
    MIN_PAGE_SIDE,
    READING_ORDER,
    NUM_THREADS,
    ARGUMENTS
};

static int convert_range(const char *function, const char *name, PyObject *object, double least,
                         double most, double *value)
{
    if (py_number_convert(function, name, object, "a number", value) < 0)
        return -1;
    if (*value >= least && *value <= most)
        return 0;
    PyErr_Format(PyExc_ValueError, "%s: %s must be from %ld to %ld, got %R", function, name,
                 (long)least, (long)most, object);
    return -1;
}

static int convert_choice(const char *function, const char *name, PyObject *object,
                          const char *const names[], int *choice)
{
    *choice = py_choice_convert(function, name, object, names);
    return *choice < 0 ? -1 : 0;
}

static int convert_rules(const char *function, PyObject *const *args, FastcvDetectRules *rules)
{
    double threshold, min_side, min_grown_side;
    int64_t candidates, extent, page_side;
    int contour, rectangle, area, mean, measure, scaling, corners, reading;
    rules->is_inclusive = PyObject_IsTrue(args[INCLUSIVE]);
    rules->opens = PyObject_IsTrue(args[OPENING]);
    rules->dilates = PyObject_IsTrue(args[DILATION]);
    if (rules->is_inclusive < 0 || rules->opens < 0 || rules->dilates < 0 ||
        convert_range(function, "threshold", args[THRESHOLD], 0, 1, &threshold) < 0 ||
        convert_choice(function, "contours", args[CONTOURS], contours, &contour) < 0 ||
        py_int_convert(function, "max_candidates", args[MAX_CANDIDATES], "an int", 1, INT32_MAX,
                       &candidates) < 0 ||
        py_int_convert(function, "min_extent", args[MIN_EXTENT], "an int", 1, FASTCV_MAP_SIDE,
                       &extent) < 0 ||
        convert_choice(function, "rectangle", args[RECTANGLE], rectangles, &rectangle) < 0 ||
        convert_range(function, "min_side", args[MIN_SIDE], 1.99, FASTCV_MAP_SIDE, &min_side) < 0 ||
        convert_choice(function, "score", args[SCORE], score_areas, &area) < 0 ||
        convert_choice(function, "mean", args[MEAN], means, &mean) < 0 ||
        convert_range(function, "box_threshold", args[BOX_THRESHOLD], 0, 1, &rules->box_threshold) <
            0 ||
        convert_choice(function, "measure", args[MEASURE], measures, &measure) < 0 ||
        convert_range(function, "unclip_ratio", args[UNCLIP_RATIO], 0, FASTCV_MOST_UNCLIPPING,
                      &rules->unclip_ratio) < 0 ||
        convert_range(function, "min_grown_side", args[MIN_GROWN_SIDE], 0, FASTCV_MAP_SIDE,
                      &min_grown_side) < 0 ||
        convert_choice(function, "scaling", args[SCALING], scalings, &scaling) < 0 ||
        convert_choice(function, "corners", args[CORNER_ORDER], corner_orders, &corners) < 0 ||
        py_int_convert(function, "min_page_side", args[MIN_PAGE_SIDE], "an int", 0,
                       FASTCV_MAP_PAGE_SIDE, &page_side) < 0 ||
        convert_choice(function, "order", args[READING_ORDER], reading_orders, &reading) < 0)
        return -1;
    rules->threshold = (float)threshold;
    rules->is_outer_only = contour;
    rules->max_candidates = (ptrdiff_t)candidates;
    rules->min_extent = (int32_t)extent;
    rules->rectangle = (FastcvRectangle)rectangle;
    rules->min_side = (float)min_side;
    rules->score_area = (FastcvScoreArea)area;
    rules->mean = (FastcvMean)mean;
    rules->measure = (FastcvMeasure)measure;
    rules->min_grown_side = (float)min_grown_side;
    rules->scaling = (FastcvScaling)scaling;
    rules->corner_order = (FastcvCornerOrder)corners;
    rules->min_page_side = (int32_t)page_side;
    rules->reading_order = (FastcvReadingOrder)reading;
    return 0;
}

static PyObject *detector_boxes(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    FastcvDetectRules rules;
    FastcvDetected detected;
    PyImage map;
    PyRun run;
    PyObject *result = NULL;
    int64_t page_height, page_width;
    if (nargs != ARGUMENTS)
        return PyErr_Format(PyExc_TypeError, "_detector_boxes: wants %d arguments", ARGUMENTS);
    const char *function = PyUnicode_AsUTF8(args[FUNCTION]);
    if (!function ||
        py_int_convert(function, "page_shape[0]", args[PAGE_HEIGHT], "an int", 1,
                       FASTCV_MAP_PAGE_SIDE, &page_height) < 0 ||
        py_int_convert(function, "page_shape[1]", args[PAGE_WIDTH], "an int", 1,
                       FASTCV_MAP_PAGE_SIDE, &page_width) < 0 ||
        convert_rules(function, args, &rules) < 0)
        return NULL;
    const int num_threads = py_resolve_threads(function, args[NUM_THREADS]);
    if (num_threads < 0 ||
        py_map_convert(state_of(module), function, "probabilities", args[MAP], &map) < 0)
        return NULL;
    if (py_run_begin(&run, num_threads) == 0) {
        const FastcvError error = {.status = fastcv_detect(&map.view, (int32_t)page_width,
                                                           (int32_t)page_height, &rules, run.pool,
                                                           &detected)};
        py_run_end(&run);
        if (error.status) {
            py_set_run_error(function, error);
        } else {
            result = py_quads_pair(detected.quads, detected.scores, NPY_FLOAT64, detected.count);
            fastcv_detected_free(&detected);
        }
    }
    py_image_release(&map);
    return result;
}

PyMethodDef py_detect_methods[] = {
    {"_detector_boxes", (PyCFunction)(void (*)(void))detector_boxes, METH_FASTCALL,
     "_detector_boxes($module, function, probabilities, page_height, page_width, threshold, "
     "inclusive, opening, dilation, contours, max_candidates, min_extent, rectangle, min_side, "
     "score, "
     "mean, box_threshold, measure, unclip_ratio, "
     "min_grown_side, scaling, corners, min_page_side, order, num_threads, /)\n--\n\n"
     "Boxes and scores of a map."},
    {NULL, NULL, 0, NULL},
};
