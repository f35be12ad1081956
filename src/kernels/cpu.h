/* The instruction sets that kernels are written for, and the one in use. Every family of kernels
 * (warp/, resize/, …) sees this header and none of the other families.
 *
 * A new instruction set: a value here, a row in cpu.c, its flags in src/flags.txt, and a file in
 * each family that gains by it. */
#ifndef FASTCV_KERNELS_CPU_H
#define FASTCV_KERNELS_CPU_H

/* Lowest first. A family that has no file for a set uses its file for the next lower one. */
typedef enum FastcvInstructionSet {
    FASTCV_PLAIN_C,
    FASTCV_NEON,
    FASTCV_AVX2,
    FASTCV_AVX512,
    FASTCV_INSTRUCTION_SETS
} FastcvInstructionSet;

/* The set of the variant in use: see fastcv/variants.h. */
FastcvInstructionSet fastcv_instruction_set(void);

/* The same, for families that gain by AVX-512 even where it computes 512 bits in two halves. */
FastcvInstructionSet fastcv_wide_set(void);

#endif
