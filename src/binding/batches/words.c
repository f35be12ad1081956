/* Words: the planned crops of some pages, or crops that exist. They never change after they were
 * made, so threads may share them. They hold the images in place. */
#include "binding/batches/batches.h"
#include "binding/convert/convention.h"
#include "binding/convert/gray.h"
#include "binding/crop/faults.h"
#include "binding/crop/outputs.h"

enum { LABEL_BYTES = 96 };

/* A page, and the crops of its boxes. */
typedef struct Page {
    PyImage image; /* gray once the convention has made it so */
    PyGray gray;
    PyBoxes boxes;
    FastcvRule rule;
    double border_value[FASTCV_MAX_CHANNELS];
    FastcvCropEngine engine;
    FastcvCrop *crops;
} Page;

struct PyWords {
    PyObject_HEAD PyConvention convention;
    Py_ssize_t page_count, image_count, count;
    Page *pages;     /* either these … */
    PyImage *images; /* … or these */
    FastcvWord *words;
    PyObject *shapes, *page_numbers, *box_numbers;
};

static PyWords *words_in(PyObject *object)
{
    return (PyWords *)object;
}

static PyObject *new_words(ModuleState *state)
{
    return state->words->tp_alloc(state->words, 0);
}

static void dealloc(PyObject *self)
{
    PyWords *words = words_in(self);
    PyTypeObject *type = Py_TYPE(self);
    for (Py_ssize_t p = 0; words->pages && p < words->page_count; p++) {
        py_gray_release(&words->pages[p].gray);
        py_image_release(&words->pages[p].image);
        PyMem_Free(words->pages[p].boxes.quads);
        PyMem_Free(words->pages[p].crops);
    }
    for (Py_ssize_t i = 0; words->images && i < words->image_count; i++)
        py_image_release(&words->images[i]);
    PyMem_Free(words->pages);
    PyMem_Free(words->images);
    PyMem_Free(words->words);
    Py_XDECREF(words->shapes);
    Py_XDECREF(words->page_numbers);
    Py_XDECREF(words->box_numbers);
    type->tp_free(self);
    Py_DECREF(type);
}

/* ---- pages ---- */

/* What messages begin with: the function, and the page where there is a list of them. */
static const char *label_of(char label[LABEL_BYTES], const char *function, Py_ssize_t page)
{
    if (page < 0)
        return function;
    PyOS_snprintf(label, LABEL_BYTES, "%s, page %zd", function, page);
    return label;
}

/* A page, or a crop that exists. */
static int convert_image(ModuleState *state, const char *function, const char *argument,
                         PyObject *object, int64_t below_px, PyImage *image)
{
    if (py_image_convert(state, function, argument, object, 1u << FASTCV_U8, below_px, image) < 0)
        return -1;
    if (image->view.channels != 2)
        return 0;
    PyErr_Format(PyExc_ValueError, "%s: %s must have 1, 3 or 4 channels, not 2", function,
                 argument);
    return -1;
}

static int read_image(ModuleState *state, const char *label, PyObject *object, PyWords *words,
                      Page *page)
{
    if (convert_image(state, label, "image", object, INT64_MAX, &page->image) < 0)
        return -1;
    page->rule = py_rule_for(&words->convention, &page->boxes);
    if (words->convention.is_grayscale && py_gray_begin(label, &page->image, &page->gray) < 0)
        return -1;
    if (py_arithmetic_check(label, &words->convention.sampling.options, &page->image.view) < 0 ||
        py_border_value_apply(label, &words->convention.sampling.border_value, &page->image.view,
                              page->border_value) < 0)
        return -1;
    page->engine = fastcv_crop_engine(&page->image.view, &words->convention.sampling.options);
    page->crops = py_calloc(page->boxes.count, sizeof *page->crops);
    return page->crops ? 0 : -1;
}

/* Images come after all boxes: reading boxes may run code of the caller's that changes them.
 * images and boxes are tuples of one length. is_list: messages name the page. */
static int read_pages(ModuleState *state, const char *function, PyObject *images, PyObject *boxes,
                      int is_list, PyWords *words)
{
    char label[LABEL_BYTES];
    const Py_ssize_t count = PyTuple_GET_SIZE(images);
    words->pages = py_calloc(count, sizeof *words->pages);
    if (!words->pages)
        return -1;
    words->page_count = count;
    for (Py_ssize_t p = 0; p < count; p++) {
        if (py_boxes_convert(state, label_of(label, function, is_list ? p : -1),
                             PyTuple_GET_ITEM(boxes, p), words->convention.rule.order,
                             &words->pages[p].boxes) < 0)
            return -1;
        words->count += words->pages[p].boxes.count;
    }
    for (Py_ssize_t p = 0; p < count; p++) {
        if (read_image(state, label_of(label, function, is_list ? p : -1),
                       PyTuple_GET_ITEM(images, p), words, &words->pages[p]) < 0)
            return -1;
    }
    return 0;
}

/* The gray pages and all geometry, without the GIL. */
static int plan_pages(const char *function, PyWords *words, int num_threads)
{
    PyRun run;
    if (py_run_begin(&run, num_threads) < 0)
        return -1;
    FastcvError error = {.status = FASTCV_OK};
    for (Py_ssize_t p = 0; p < words->page_count && !error.status; p++) {
        Page *page = &words->pages[p];
        error.status = py_gray_fill(&page->gray, &page->image, run.pool);
        if (!error.status)
            error.status =
                fastcv_crops_plan(&page->engine, &page->rule, page->boxes.quads, page->border_value,
                                  page->crops, page->boxes.count, run.pool);
    }
    py_run_end(&run);
    if (error.status)
        py_set_run_error(function, error);
    return error.status ? -1 : 0;
}

static int check_crop(const char *label, PyDegenerate degenerate, size_t cap, const Page *page,
                      Py_ssize_t i)
{
    const FastcvGeometry *crop = &page->crops[i].geometry;
    if (py_fault_check(label, degenerate, &page->rule, &page->boxes.quads[i], i, crop->fault) < 0)
        return -1;
    return py_cap_check(label, crop, i, py_crop_bytes(&page->image, crop), cap);
}

/* Every box of every page becomes a word; those with a fault have no size. */
static int list_words(const char *function, PyDegenerate degenerate, size_t cap, int is_list,
                      PyWords *words)
{
    char label[LABEL_BYTES];
    npy_intp *page_numbers = PyArray_DATA((PyArrayObject *)words->page_numbers);
    npy_intp *box_numbers = PyArray_DATA((PyArrayObject *)words->box_numbers);
    Py_ssize_t at = 0;
    for (Py_ssize_t p = 0; p < words->page_count; p++) {
        const Page *page = &words->pages[p];
        for (Py_ssize_t i = 0; i < page->boxes.count; i++, at++) {
            if (check_crop(label_of(label, function, is_list ? p : -1), degenerate, cap, page, i) <
                    0 ||
                py_is_interrupted(at))
                return -1;
            words->words[at] = (FastcvWord){.engine = &page->engine, .crop = &page->crops[i]};
            page_numbers[at] = p;
            box_numbers[at] = i;
        }
    }
    return 0;
}

/* ---- what Python sees ---- */

static int make_arrays(PyWords *words)
{
    npy_intp dims[2] = {words->count, 2};
    words->words = py_calloc(words->count, sizeof *words->words);
    words->shapes = PyArray_SimpleNew(2, dims, NPY_INTP);
    words->page_numbers = PyArray_ZEROS(1, dims, NPY_INTP, 0);
    words->box_numbers = PyArray_ZEROS(1, dims, NPY_INTP, 0);
    return words->words && words->shapes && words->page_numbers && words->box_numbers ? 0 : -1;
}

static void fill_shapes(PyWords *words)
{
    npy_intp *sides = PyArray_DATA((PyArrayObject *)words->shapes);
    for (Py_ssize_t i = 0; i < words->count; i++) {
        sides[2 * i] = fastcv_word_height(&words->words[i]);
        sides[2 * i + 1] = fastcv_word_width(&words->words[i]);
    }
}

static int convert_degenerate(const char *function, PyObject *object, PyDegenerate *degenerate)
{
    static const char *const names[] = {
        [PY_DEGENERATE_RAISE] = "raise", [PY_DEGENERATE_SKIP] = "skip", NULL};
    const int choice = py_choice_convert(function, "degenerate", object, names);
    *degenerate = (PyDegenerate)choice;
    return choice < 0 ? -1 : 0;
}

static int is_list(PyObject *object)
{
    return PyList_Check(object) || PyTuple_Check(object);
}

/* image and boxes as tuples of one length. */
static int as_pages(const char *function, PyObject *image, PyObject *boxes, PyObject **images,
                    PyObject **lists)
{
    *images = *lists = NULL;
    if (!is_list(image)) {
        *images = PyTuple_Pack(1, image);
        *lists = PyTuple_Pack(1, boxes);
        return *images && *lists ? 0 : -1;
    }
    if (!is_list(boxes)) {
        PyErr_Format(PyExc_TypeError,
                     "%s: image is a list of pages, so boxes must be a list of their boxes, not "
                     "%.200s",
                     function, Py_TYPE(boxes)->tp_name);
        return -1;
    }
    *images = PySequence_Tuple(image);
    *lists = PySequence_Tuple(boxes);
    if (!*images || !*lists)
        return -1;
    if (PyTuple_GET_SIZE(*images) == PyTuple_GET_SIZE(*lists))
        return 0;
    PyErr_Format(PyExc_ValueError, "%s: boxes must have the boxes of %zd pages, got %zd", function,
                 PyTuple_GET_SIZE(*images), PyTuple_GET_SIZE(*lists));
    return -1;
}

PyObject *py_plan_words(PyObject *module, PyObject *args)
{
    ModuleState *state = state_of(module);
    const char *function;
    PyObject *image, *boxes, *dict, *degenerate_object, *threads, *images = NULL, *lists = NULL;
    PyConventionArguments arguments;
    PyDegenerate degenerate;
    if (!PyArg_ParseTuple(args, "sOOO!OO:_plan_words", &function, &image, &boxes, &PyDict_Type,
                          &dict, &degenerate_object, &threads))
        return NULL;
    PyObject *self = new_words(state);
    if (!self)
        return NULL;
    PyWords *words = words_in(self);
    const int num_threads = py_resolve_threads(function, threads);
    if (num_threads < 0 || py_convention_arguments_from(function, dict, &arguments) < 0 ||
        py_convention_convert(state, function, &arguments, &words->convention) < 0 ||
        convert_degenerate(function, degenerate_object, &degenerate) < 0 ||
        as_pages(function, image, boxes, &images, &lists) < 0 ||
        read_pages(state, function, images, lists, is_list(image), words) < 0 ||
        plan_pages(function, words, num_threads) < 0 || make_arrays(words) < 0 ||
        list_words(function, degenerate, atomic_load(&state->crop_bytes_cap), is_list(image),
                   words) < 0)
        Py_CLEAR(self);
    else
        fill_shapes(words);
    Py_XDECREF(images);
    Py_XDECREF(lists);
    return self;
}

/* ---- crops that exist ---- */

/* Messages call them name, or name[i] if is_list. */
static int read_crops(ModuleState *state, const char *function, const char *name, int is_list,
                      PyObject *crops, PyWords *words)
{
    enum { MOST_PX = INT32_MAX };
    char argument[40];
    words->images = py_calloc(words->count, sizeof *words->images);
    if (!words->images)
        return -1;
    words->image_count = words->count;
    npy_intp *numbers = PyArray_DATA((PyArrayObject *)words->box_numbers);
    for (Py_ssize_t i = 0; i < words->count; i++) {
        PyImage *image = &words->images[i];
        PyOS_snprintf(argument, sizeof argument, is_list ? "%s[%zd]" : "%s", name, i);
        if (convert_image(state, function, argument, PyTuple_GET_ITEM(crops, i), MOST_PX, image) <
                0 ||
            py_is_interrupted(i))
            return -1;
        words->words[i] = (FastcvWord){.pixels = image->view};
        numbers[i] = i;
    }
    return 0;
}

PyObject *py_words_of(PyObject *module, PyObject *args)
{
    const char *function, *name;
    PyObject *object, *threads;
    int is_list;
    if (!PyArg_ParseTuple(args, "sOspO:_words_of", &function, &object, &name, &is_list, &threads) ||
        py_resolve_threads(function, threads) < 0)
        return NULL;
    PyObject *crops = PySequence_Tuple(object);
    if (!crops) {
        if (PyErr_ExceptionMatches(PyExc_TypeError) && !PyIter_Check(object) &&
            !PySequence_Check(object))
            PyErr_Format(PyExc_TypeError, "%s: %s must be a sequence of arrays, not %.200s",
                         function, name, Py_TYPE(object)->tp_name);
        return NULL;
    }
    PyObject *self = new_words(state_of(module));
    if (self) {
        PyWords *words = words_in(self);
        words->count = PyTuple_GET_SIZE(crops);
        if (make_arrays(words) < 0 ||
            read_crops(state_of(module), function, name, is_list, crops, words) < 0)
            Py_CLEAR(self);
        else
            fill_shapes(words);
    }
    Py_DECREF(crops);
    return self;
}

/* ---- for the other files ---- */

const PyWords *py_words_of_object(ModuleState *state, const char *function, PyObject *object)
{
    if (Py_IS_TYPE(object, state->words))
        return words_in(object);
    PyErr_Format(PyExc_TypeError, "%s: words must be _Words, not %.200s", function,
                 Py_TYPE(object)->tp_name);
    return NULL;
}

Py_ssize_t py_words_count(const PyWords *words)
{
    return words->count;
}

const FastcvWord *py_words_get(const PyWords *words, Py_ssize_t index)
{
    return &words->words[index];
}

int py_words_overlap(const PyWords *words, const char *first, const char *end)
{
    for (Py_ssize_t p = 0; p < words->page_count; p++) {
        if (first < words->pages[p].image.end && words->pages[p].image.first < end)
            return 1;
    }
    for (Py_ssize_t i = 0; i < words->image_count; i++) {
        if (first < words->images[i].end && words->images[i].first < end)
            return 1;
    }
    return 0;
}

/* ---- the type ---- */

static Py_ssize_t length(PyObject *self)
{
    return words_in(self)->count;
}

static PyObject *get_shapes(PyObject *self, void *unused)
{
    (void)unused;
    return Py_NewRef(words_in(self)->shapes);
}

static PyObject *get_pages(PyObject *self, void *unused)
{
    (void)unused;
    return Py_NewRef(words_in(self)->page_numbers);
}

static PyObject *get_boxes(PyObject *self, void *unused)
{
    (void)unused;
    return Py_NewRef(words_in(self)->box_numbers);
}

static PyGetSetDef getters[] = {
    {"shapes", get_shapes, NULL, "Shape (n, 2): height and width of each crop, in px.", NULL},
    {"pages", get_pages, NULL, "Shape (n,): the page of each word.", NULL},
    {"boxes", get_boxes, NULL, "Shape (n,): the index of each word's box on its page.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_dealloc, dealloc},
    {Py_sq_length, length},
    {Py_tp_getset, getters},
    {0, NULL},
};

PyType_Spec py_words_spec = {
    .name = "fastcv._core._Words",
    .basicsize = sizeof(PyWords),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};
