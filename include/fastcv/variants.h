/* Which variant of the kernels runs. */
#ifndef FASTCV_VARIANTS_H
#define FASTCV_VARIANTS_H

/* The names of those that this CPU has, fastest first, then "opencv": no kernels of our own for
 * crops. NULL after the last. */
const char *fastcv_variant_name(int n);

/* The one in use: the fastest, until another is chosen. */
const char *fastcv_variant(void);

/* Returns 0 and changes nothing where the name is none of those above. Calls that are under way
 * keep the variant that they began with. */
int fastcv_variant_choose(const char *name);

#endif
