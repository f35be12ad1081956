/* The pool: pieces of memory that are kept for the next taker, under one limit. Slabs for outputs
 * and the colours' byte tables both come from here. Any thread may call. include/fastcv/slabs.h
 * has the limit and the figures. */
#ifndef FASTCV_CORE_PIECES_H
#define FASTCV_CORE_PIECES_H

#include "fastcv/slabs.h"

/* Stands at the start of a slab, and of any piece that is free. */
struct FastcvSlab {
    size_t bytes;              /* with this header */
    FastcvSlab *newer, *older; /* while it is free, by the time when it was given back */
    int is_zero;               /* apart from this header */
};

/* Sets slabs[i] to a piece of bytes[i] whose header holds its size; the rest is arbitrary. Sizes
 * are whole pages. A slab is NULL where its size is 0, the pool is off, or the system refuses. */
void fastcv_pieces_take(size_t count, const size_t bytes[], FastcvSlab *slabs[]);

/* A piece that is all zero, or NULL when the system refuses. The pool may be off. */
void *fastcv_piece_take_zeroed(size_t bytes);

/* Keeps the piece, in place of those given back longest ago if the limit asks for that.
 * is_zero says that all of the piece is zero: only then can it serve fastcv_piece_take_zeroed. */
void fastcv_piece_give_back(void *piece, size_t bytes, int is_zero);

/* Gives the piece to the system. */
void fastcv_piece_drop(void *piece, size_t bytes);

#endif
