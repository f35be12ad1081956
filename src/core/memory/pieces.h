/* The pool: pieces of memory that are kept for the next taker, under one limit. Slabs for outputs
 * and the colours' byte tables both come from here. Any thread may call. include/fastcv/slabs.h
 * has the limit and the figures. */
#ifndef FASTCV_CORE_PIECES_H
#define FASTCV_CORE_PIECES_H

#include "fastcv/slabs.h"

/* What is known of a piece. It lies outside the piece, because the system may take a free piece's
 * content. The pool's lock guards all but start and bytes. */
struct FastcvSlab {
    char *start;
    size_t bytes;
    FastcvSlab *newer, *older; /* while it is free, by the time when it was given back */
    FastcvSlab *left, *right;  /* pieces of one mapping that lie side by side */
    int is_free;
    int is_zero;    /* all of it */
    int is_offered; /* to the system, while it is free */
};

/* Sets slabs[i] to a piece of at least bytes[i] whose content is arbitrary. Sizes are whole pages.
 * A slab is NULL where its size is 0, the pool is off, or the system refuses. */
void fastcv_pieces_take(size_t count, const size_t bytes[], FastcvSlab *slabs[]);

/* Keeps the piece, in place of those given back longest ago if the limit asks for that. */
void fastcv_piece_give_back(FastcvSlab *piece);

/* ---- memory that is all zero; start and bytes stand for the piece ---- */

/* NULL when the system refuses. The pool may be off. */
void *fastcv_zeroed_take(size_t bytes);

/* The memory must be all zero again. */
void fastcv_zeroed_give_back(void *start, size_t bytes);

/* Gives memory with any content to the system. */
void fastcv_zeroed_drop(void *start, size_t bytes);

#endif
