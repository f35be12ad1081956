/* PIL's images: each mode that has one reading becomes that picture; the others are refused. NumPy
 * would read a palette's numbers as gray, and CMYK as BGRA. */
#include "binding/convert/convert.h"

typedef struct Mode {
    const char *name;
    const char *becomes; /* the mode that is read instead; NULL: it is read as it is */
} Mode;

static const Mode taken[] = {
    {"1", "L"},      {"L", NULL},    {"LA", "RGBA"}, {"P", "RGB"},    {"PA", "RGBA"},
    {"RGB", NULL},   {"RGBA", NULL}, {"I;16", NULL}, {"I;16L", NULL}, {"I;16B", NULL},
    {"I;16N", NULL}, {"F", NULL},    {NULL, NULL},
};

/* What becomes a picture of a mode above in one call. */
static const Mode refused[] = {
    {"CMYK", "RGB"},  {"YCbCr", "RGB"}, {"HSV", "RGB"}, {"RGBX", "RGB"},
    {"RGBa", "RGBA"}, {"La", "LA"},     {NULL, NULL},
};

static const Mode *find(const Mode modes[], const char *name)
{
    for (const Mode *mode = modes; mode->name; mode++) {
        if (strcmp(mode->name, name) == 0)
            return mode;
    }
    return NULL;
}

/* A palette's transparency lies in the image's info, as PNG and GIF have it, or in the palette. */
static int has_transparency(PyObject *image)
{
    PyObject *info = PyObject_GetAttrString(image, "info");
    PyObject *key = info ? PyUnicode_FromString("transparency") : NULL;
    int found = key ? PySequence_Contains(info, key) : -1;
    Py_XDECREF(info);
    Py_XDECREF(key);
    if (found)
        return found;
    PyObject *palette = PyObject_GetAttrString(image, "palette");
    PyObject *mode = palette && palette != Py_None ? PyObject_GetAttrString(palette, "mode") : NULL;
    if (mode && PyUnicode_Check(mode))
        found = PyUnicode_CompareWithASCIIString(mode, "RGBA") == 0;
    else if (palette != Py_None)
        found = -1;
    Py_XDECREF(palette);
    Py_XDECREF(mode);
    if (found < 0 && !PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "a PIL palette's mode must be a str");
    return found;
}

static void refuse(const char *function, const char *argument, const char *name)
{
    const Mode *known = find(refused, name);
    PyErr_Format(PyExc_ValueError,
                 "%s: %s must be a PIL image of mode 1, L, LA, P, PA, RGB, RGBA, I;16 or F, not "
                 "%.50s%s%s%s",
                 function, argument, name, known ? ": image.convert(\"" : "",
                 known ? known->becomes : "", known ? "\") makes one" : "");
}

static PyObject *convert(const char *function, const char *argument, PyObject *image,
                         const char *name)
{
    const Mode *mode = find(taken, name);
    if (!mode) {
        refuse(function, argument, name);
        return NULL;
    }
    const char *becomes = mode->becomes;
    if (strcmp(name, "P") == 0) {
        const int is_transparent = has_transparency(image);
        if (is_transparent < 0)
            return NULL;
        becomes = is_transparent ? "RGBA" : becomes;
    }
    return becomes ? PyObject_CallMethod(image, "convert", "s", becomes) : Py_NewRef(image);
}

PyObject *py_from_pil(ModuleState *state, const char *function, const char *argument,
                      PyObject *object)
{
    const int is_image = py_is_instance(object, state->pil_image, "Image");
    if (is_image <= 0)
        return is_image < 0 ? NULL : Py_NewRef(object);
    PyObject *mode = PyObject_GetAttrString(object, "mode");
    const char *name = mode ? PyUnicode_AsUTF8(mode) : NULL;
    PyObject *image = name ? convert(function, argument, object, name) : NULL;
    Py_XDECREF(mode);
    return image;
}

static PyObject *from_pil(PyObject *module, PyObject *args)
{
    const char *function, *argument;
    PyObject *object;
    if (!PyArg_ParseTuple(args, "ssO:_from_pil", &function, &argument, &object))
        return NULL;
    return py_from_pil(state_of(module), function, argument, object);
}

PyMethodDef py_pil_methods[] = {
    {"_from_pil", from_pil, METH_VARARGS,
     "_from_pil($module, function, argument, object, /)\n--\n\n"
     "A PIL image in a mode that NumPy reads rightly. Anything else is returned as it is."},
    {NULL, NULL, 0, NULL},
};
