#include "fastcv/build.h"

#include "opencv/shim.h"

_Static_assert((int)FASTCV_BUILD_VERSION_BYTES >= (int)FASTCV_VERSION_BYTES,
               "the shim's version fits");

void fastcv_build_opencv_loaded(char version[FASTCV_BUILD_VERSION_BYTES])
{
    fastcv_opencv_version(version);
}

const char *fastcv_build_opencv_compiled(void)
{
    return fastcv_opencv_built_with();
}
