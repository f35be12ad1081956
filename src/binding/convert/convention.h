/* Conventions: how boxes become crops. An entry takes a convention, and single keywords that
 * replace parts of it. */
#ifndef FASTCV_BINDING_CONVERT_CONVENTION_H
#define FASTCV_BINDING_CONVERT_CONVENTION_H

#include "binding/convert/arithmetic.h"
#include "binding/convert/sampling.h"
#include "fastcv/rule.h"

/* As Python gave them: borrowed, NULL where left out. */
typedef struct PyConventionArguments {
    PyObject *convention; /* a name, or an object with the attributes of fastcv.CropConvention */
    PyObject *size, *corners, *transform, *order, *tall_ratio, *grayscale;
    PyObject *interpolation, *border, *border_value;
    PyObject *arithmetic; /* no part of a convention */
} PyConventionArguments;

/* Names and places in one order, for py_arguments_read. */
#define PY_CONVENTION_NAMES                                                                        \
    "convention", "size", "corners", "transform", "order", "tall_ratio", "grayscale",              \
        "interpolation", "border", "border_value", "arithmetic"
#define PY_CONVENTION_PLACES(arguments)                                                            \
    &(arguments).convention, &(arguments).size, &(arguments).corners, &(arguments).transform,      \
        &(arguments).order, &(arguments).tall_ratio, &(arguments).grayscale,                       \
        &(arguments).interpolation, &(arguments).border, &(arguments).border_value,                \
        &(arguments).arithmetic

typedef struct PyConvention {
    FastcvRule rule;              /* of all boxes, with the order that was asked for */
    const FastcvSlicing *slicing; /* of upright boxes; NULL: they are quads too */
    PySampling sampling;
    int is_grayscale;
} PyConvention;

/* The rule for these boxes. */
static inline FastcvRule py_rule_for(const PyConvention *convention, const PyBoxes *boxes)
{
    FastcvRule rule = convention->rule;
    rule.order = boxes->order;
    rule.slicing = boxes->are_upright ? convention->slicing : NULL;
    return rule;
}

/* Returns 0, or -1 with an exception that names the argument. May run code of the caller's. */
int py_convention_convert(ModuleState *state, const char *function,
                          const PyConventionArguments *arguments, PyConvention *convention);

/* The arguments by name, from a dict that the caller keeps as it is while they are used. */
int py_convention_arguments_from(const char *function, PyObject *dict,
                                 PyConventionArguments *arguments);

#endif
