#if defined(__x86_64__)

#include "kernels/near/near_all.h"

const FastcvNearKernels fastcv_near_avx2 = {NEAR_ENTRIES};

#endif
