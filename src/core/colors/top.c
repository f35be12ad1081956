#include "core/colors/top.h"

static int ranks_below(FastcvColorCount a, FastcvColorCount b)
{
    return fastcv_color_rank(a.count, a.packed) < fastcv_color_rank(b.count, b.packed);
}

/* Puts value at the root and lets it sink. */
static void replace_root(FastcvColorCount *heap, size_t size, FastcvColorCount value)
{
    size_t hole = 0;
    for (size_t child; (child = 2 * hole + 1) < size; hole = child) {
        if (child + 1 < size && ranks_below(heap[child + 1], heap[child]))
            child++;
        if (!ranks_below(heap[child], value))
            break;
        heap[hole] = heap[child];
    }
    heap[hole] = value;
}

static void push(FastcvColorCount *heap, size_t size, FastcvColorCount value)
{
    size_t hole = size;
    for (; hole && ranks_below(value, heap[(hole - 1) / 2]); hole = (hole - 1) / 2)
        heap[hole] = heap[(hole - 1) / 2];
    heap[hole] = value;
}

/* The root is the lowest of what is left, so the array fills from its end. */
static void sort_heap(FastcvColorCount *heap, size_t size)
{
    while (size > 1) {
        FastcvColorCount lowest = heap[0], last = heap[--size];
        replace_root(heap, size, last);
        heap[size] = lowest;
    }
}

void fastcv_top_colors_init(FastcvTopColors *top, FastcvColorCount *heap, size_t capacity)
{
    *top = (FastcvTopColors){
        .heap = heap, .capacity = capacity, .beaten = fastcv_color_rank(1, 0) - 1};
    pthread_mutex_init(&top->lock, NULL);
}

void fastcv_top_colors_offer(FastcvTopColors *top, FastcvColorCount color)
{
    pthread_mutex_lock(&top->lock);
    if (top->size < top->capacity)
        push(top->heap, top->size++, color);
    else if (ranks_below(top->heap[0], color))
        replace_root(top->heap, top->size, color);
    if (top->size == top->capacity)
        atomic_store_explicit(&top->beaten,
                              fastcv_color_rank(top->heap[0].count, top->heap[0].packed),
                              memory_order_relaxed);
    pthread_mutex_unlock(&top->lock);
}

size_t fastcv_top_colors_finish(FastcvTopColors *top)
{
    pthread_mutex_destroy(&top->lock);
    sort_heap(top->heap, top->size);
    return top->size;
}
