/* The counts of several counters together, offered to a selection, or to bins of coarser colours.
 */
#ifndef FASTCV_CORE_COLOR_MERGE_H
#define FASTCV_CORE_COLOR_MERGE_H

#include "core/colors/bins.h"
#include "core/colors/counter.h"
#include "core/colors/top.h"

/* Joins the counters for walking: from now on the first one's hash holds everyone's colours, and
 * the others hold at most bytes. Nothing can be counted any more. The first one's table says
 * whether memory was refused to any. */
void fastcv_color_counters_join(FastcvColorCounter *counters, int count);

/* Walking offers all colours to top, in parts, so that the caller can stop in between. First walk
 * every part of the hash once, one at a time. Then walk every part of the bytes once; several
 * threads may do so at once. That leaves the bytes zero. */
size_t fastcv_color_counters_hash_parts(const FastcvColorCounter *counters);
void fastcv_color_counters_walk_hash(FastcvColorCounter *counters, int count, size_t part,
                                     FastcvTopColors *top);
size_t fastcv_color_counters_byte_parts(const FastcvColorCounter *counters);
void fastcv_color_counters_walk_bytes(FastcvColorCounter *counters, int count, size_t part,
                                      FastcvTopColors *top);

/* The same for coarser colours. First walk every part of the hash into the bins, one at a time. If
 * there are no bytes, fastcv_color_bins_offer hands the bins on; otherwise every part of the bytes
 * does, each of which has the bins of one value of blue. */
void fastcv_color_counters_bin_hash(FastcvColorCounter *counters, int count, size_t part,
                                    FastcvColorBins *bins);
size_t fastcv_color_counters_byte_bin_parts(const FastcvColorCounter *counters,
                                            const FastcvColorBins *bins);
void fastcv_color_counters_walk_byte_bins(FastcvColorCounter *counters, int count, size_t part,
                                          const FastcvColorBins *bins, FastcvTopColors *top);

/* After the last part: gives the bytes back for later calls. */
void fastcv_color_counters_give_back(FastcvColorCounter *counters, int count);

#endif
