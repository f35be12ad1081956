/* A word's source rows, a band at a time: cut into a thread's memory, or read where they are. */
#ifndef FASTCV_CORE_BATCHES_SOURCE_ROWS_H
#define FASTCV_CORE_BATCHES_SOURCE_ROWS_H

#include "core/batches/word.h"

typedef struct FastcvSourceRows {
    const FastcvPlacedWord *placed;
    int width_px, height_px;
    int channels;       /* of the crop */
    int is_gray;        /* its rows are made gray */
    int reads_after;    /* bytes that are read beyond a row */
    FastcvView all;     /* the whole crop, if it exists; base is NULL if it must be cut */
    const uint8_t *end; /* of the memory around it: nothing is read from here on */
    const FastcvGrayKernels *gray;
    void *cut_workspace;
    uint8_t *rows; /* room for cut rows */
    size_t rows_bytes;
    uint8_t *line; /* room for one row that is changed or copied */
    FastcvView band;
    int band_first;
} FastcvSourceRows;

FastcvSourceRows fastcv_source_rows(const FastcvWordWriter *writer, const FastcvPlacedWord *placed,
                                    void *workspace);

/* How many rows a band may have. */
int fastcv_source_rows_most(const FastcvSourceRows *source);

/* Channels of the rows that are handed over. */
int fastcv_source_rows_channels(const FastcvSourceRows *source);

/* Provides rows first … last. */
FastcvError fastcv_source_rows_begin(FastcvSourceRows *source, int first, int last);

/* Where a row lies that is read in its place, or else `other`: it is in the caches. */
const uint8_t *fastcv_source_rows_find(const FastcvSourceRows *source, int row,
                                       const uint8_t *other);

/* A row of the band, with reads_after readable bytes behind it. It is good until the next call. */
const uint8_t *fastcv_source_rows_get(FastcvSourceRows *source, int row);

#endif
