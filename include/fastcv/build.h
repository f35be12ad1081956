/* What this build is made of. */
#ifndef FASTCV_BUILD_H
#define FASTCV_BUILD_H

enum { FASTCV_BUILD_VERSION_BYTES = 16 };

/* The version of the OpenCV that is loaded, such as "4.6.0". */
void fastcv_build_opencv_loaded(char version[FASTCV_BUILD_VERSION_BYTES]);

/* The version of the OpenCV whose headers this build was compiled with. */
const char *fastcv_build_opencv_compiled(void);

#endif
