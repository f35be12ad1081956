#include "kernels/near/near_all.h"

const FastcvNearKernels fastcv_near_c = {NEAR_ENTRIES};
