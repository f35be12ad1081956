/* Linked into wheels with --wrap=pow. Compiled on glibc 2.29 and later, pow asks for 2.29; the
 * version before gives the same bits and sets errno, which nobody reads. */
#include <math.h>

double fastcv_old_pow(double x, double y);
double __wrap_pow(double x, double y);

#if defined(__x86_64__)
__asm__(".symver fastcv_old_pow, pow@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver fastcv_old_pow, pow@GLIBC_2.17");
#endif

double __wrap_pow(double x, double y)
{
    return fastcv_old_pow(x, y);
}
