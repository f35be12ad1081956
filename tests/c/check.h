/* What the checks of the variants share: the case at work, how to end with it, random values. */
#ifndef FASTCV_CHECK_H
#define FASTCV_CHECK_H

#include <stdint.h>

#include "kernels/near/near.h"

/* Names what is being checked, for differ and for a fault. */
void set_case(const char *format, ...);

/* Prints the case and what differs, and exits with 1. */
_Noreturn void differ(const char *format, ...);

/* A handler: prints the case that has read or written what it must not. */
void on_fault(int signal);

/* splitmix64; the same each time. */
extern uint64_t random_state;
uint64_t random_bits(void);
int random_int(int low, int high);
double random_real(double low, double high);
int one_in(int n);

/* Of any magnitude between the two powers of 2, and of either sign. */
double random_scale(int low, int high);

/* check_near.c: centres in discs. Returns how many discs. */
long check_near(const FastcvNearKernels *kernels);

#endif
