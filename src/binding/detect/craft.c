/* Boxes from CRAFT's maps. The package's craft.py wraps this entry. */
#include "binding/detect/maps.h"
#include "fastcv/craft.h"
#include "fastcv/float_mode.h"

/* What Python hands over, in this order. */
enum {
    FUNCTION,
    REGION,
    LINK,
    TEXT_THRESHOLD,
    LINK_THRESHOLD,
    LOW_TEXT,
    RATIO_H,
    RATIO_W,
    NUM_THREADS,
    ARGUMENTS
};

/* Maps have half the sides of the detector's tensor. The order of operations is EasyOCR's. Not
 * inlined: the arithmetic stays in the floating-point mode that the caller has set. */
static __attribute__((noinline)) void fill_rules(const double numbers[], FastcvCraftRules *rules)
{
    *rules = (FastcvCraftRules){.text_threshold = (float)numbers[TEXT_THRESHOLD],
                                .link_threshold = (float)numbers[LINK_THRESHOLD],
                                .low_text = (float)numbers[LOW_TEXT],
                                .scale_x = 1 / numbers[RATIO_W] * 2,
                                .scale_y = 1 / numbers[RATIO_H] * 2};
}

static int convert_rules(const char *function, PyObject *const *args, FastcvCraftRules *rules)
{
    static const char *const names[] = {[TEXT_THRESHOLD] = "text_threshold",
                                        [LINK_THRESHOLD] = "link_threshold",
                                        [LOW_TEXT] = "low_text",
                                        [RATIO_H] = "ratio",
                                        [RATIO_W] = "ratio"};
    double numbers[ARGUMENTS];
    for (int i = TEXT_THRESHOLD; i <= RATIO_W; i++) {
        if (py_number_convert(function, names[i], args[i], "a number", &numbers[i]) < 0)
            return -1;
    }
    const FastcvFloatMode before = fastcv_float_mode_enter();
    fill_rules(numbers, rules);
    fastcv_float_mode_leave(before);
    return 0;
}

static int check_sizes(const char *function, const PyImage *region, const PyImage *link)
{
    if (region->view.width_px == link->view.width_px &&
        region->view.height_px == link->view.height_px)
        return 0;
    PyErr_Format(PyExc_ValueError,
                 "%s: link must have the shape of region, (%zd, %zd), not (%zd, %zd)", function,
                 region->view.height_px, region->view.width_px, link->view.height_px,
                 link->view.width_px);
    return -1;
}

static PyObject *find_words(const char *function, const PyImage *region, const PyImage *link,
                            const FastcvCraftRules *rules, int num_threads)
{
    FastcvCraftWords words;
    PyRun run;
    if (py_run_begin(&run, num_threads) < 0)
        return NULL;
    const FastcvError error = {
        .status = fastcv_craft(&region->view, &link->view, rules, run.pool, &words)};
    py_run_end(&run);
    if (error.status) {
        py_set_run_error(function, error);
        return NULL;
    }
    PyObject *result = py_quads_pair(words.quads, words.labels, NPY_INT32, words.count);
    fastcv_craft_words_free(&words);
    return result;
}

static PyObject *craft_boxes(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    FastcvCraftRules rules;
    PyImage region, link;
    if (nargs != ARGUMENTS)
        return PyErr_Format(PyExc_TypeError, "_craft_boxes: wants %d arguments", ARGUMENTS);
    const char *function = PyUnicode_AsUTF8(args[FUNCTION]);
    if (!function || convert_rules(function, args, &rules) < 0)
        return NULL;
    const int num_threads = py_resolve_threads(function, args[NUM_THREADS]);
    if (num_threads < 0 ||
        py_map_convert(state_of(module), function, "region", args[REGION], &region) < 0)
        return NULL;
    PyObject *result = NULL;
    if (py_map_convert(state_of(module), function, "link", args[LINK], &link) == 0) {
        if (check_sizes(function, &region, &link) == 0)
            result = find_words(function, &region, &link, &rules, num_threads);
        py_image_release(&link);
    }
    py_image_release(&region);
    return result;
}

PyMethodDef py_craft_methods[] = {
    {"_craft_boxes", (PyCFunction)(void (*)(void))craft_boxes, METH_FASTCALL,
     "_craft_boxes($module, function, region, link, text_threshold, link_threshold, low_text, "
     "ratio_h, ratio_w, num_threads, /)\n--\n\nBoxes and labels of CRAFT's maps."},
    {NULL, NULL, 0, NULL},
};
