#include "binding/memory/rooms.h"

#include "binding/memory/slab_array.h"

enum { NEARLY_FULL_BYTES = FASTCV_SLAB_BYTES / 8 * 7 };

/* The arrays that are being made. */
typedef struct Making {
    PyMakeArray *make;
    void *context;
    const size_t *bytes;
    Py_ssize_t count;
    size_t least_slab_bytes;
} Making;

/* Memory for the arrays from first to before end. */
typedef struct Room {
    Py_ssize_t first, end;
} Room;

static size_t align(size_t bytes)
{
    return (bytes + FASTCV_SLAB_ALIGNMENT - 1) & ~(size_t)(FASTCV_SLAB_ALIGNMENT - 1);
}

/* The room that begins with array first: as many as share a slab, or a single larger one. Slabs
 * that are nearly full all take the same bytes, so that other calls find them again; a call's last
 * slab does not, since it may be the only one. */
static Room next_room(const Making *making, Py_ssize_t first, size_t *bytes)
{
    Room room = {first, first};
    *bytes = 0;
    while (room.end < making->count) {
        const size_t more = align(making->bytes[room.end]);
        if (room.end > first && (more > FASTCV_SLAB_BYTES || *bytes > FASTCV_SLAB_BYTES - more))
            break;
        *bytes += more;
        room.end++;
    }
    if (room.end < making->count && *bytes > NEARLY_FULL_BYTES && *bytes < FASTCV_SLAB_BYTES)
        *bytes = FASTCV_SLAB_BYTES;
    return room;
}

/* The rooms, and a slab for each that is large enough. All in one piece of memory. */
typedef struct Plan {
    size_t count;
    Room *rooms;
    size_t *bytes;
    FastcvSlab **slabs;
} Plan;

static int make_plan(const Making *making, Plan *plan)
{
    size_t bytes;
    *plan = (Plan){0};
    for (Py_ssize_t at = 0; at < making->count; at = next_room(making, at, &bytes).end)
        plan->count++;
    plan->rooms = PyMem_Malloc(plan->count *
                               (sizeof *plan->rooms + sizeof *plan->bytes + sizeof *plan->slabs));
    if (!plan->rooms) {
        PyErr_NoMemory();
        return -1;
    }
    plan->bytes = (size_t *)(plan->rooms + plan->count);
    plan->slabs = (FastcvSlab **)(plan->bytes + plan->count);
    Py_ssize_t at = 0;
    for (size_t i = 0; i < plan->count; i++) {
        plan->rooms[i] = next_room(making, at, &bytes);
        plan->bytes[i] = bytes < making->least_slab_bytes ? 0 : bytes;
        at = plan->rooms[i].end;
    }
    fastcv_slabs_take(plan->count, plan->bytes, plan->slabs);
    return 0;
}

/* The slab goes back when the last array is gone that has its owner as base. */
static int fill_room(const Making *making, Room room, FastcvSlab *slab)
{
    PyObject *owner = slab ? py_slab_owner(slab) : NULL;
    char *memory = slab ? fastcv_slab_room(slab) : NULL;
    int status = slab && !owner ? -1 : 0;
    for (Py_ssize_t i = room.first; i < room.end && status == 0; i++) {
        status = making->make(making->context, i, memory, owner);
        if (memory)
            memory += align(making->bytes[i]);
    }
    Py_XDECREF(owner);
    return status;
}

int py_make_in_slabs(PyMakeArray *make, void *context, const size_t bytes[], Py_ssize_t count,
                     size_t least_slab_bytes)
{
    const Making making = {make, context, bytes, count, least_slab_bytes};
    Plan plan;
    int status = make_plan(&making, &plan);
    for (size_t i = 0; i < plan.count && plan.rooms; i++) {
        if (status == 0)
            status = fill_room(&making, plan.rooms[i], plan.slabs[i]);
        else if (plan.slabs[i])
            fastcv_slab_give_back(plan.slabs[i]);
    }
    PyMem_Free(plan.rooms);
    return status;
}
