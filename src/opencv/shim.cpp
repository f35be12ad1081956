/* Buffers become cv::Mat headers without a copy; exceptions become a status. */
#include "opencv/shim.h"

#include <cstdio>
#include <exception>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

/* On maps of whole numbers both write the same pixels, but for cubic. */
static_assert(CV_VERSION_MAJOR == 4 || CV_VERSION_MAJOR == 5, "which cv::remap is this?");

namespace
{

const int kDepths[FASTCV_DEPTHS] = {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F};

const int kInterpolations[FASTCV_INTERPOLATIONS] = {
    cv::INTER_NEAREST, cv::INTER_LINEAR, cv::INTER_CUBIC, cv::INTER_AREA, cv::INTER_LANCZOS4};

const int kBorders[FASTCV_BORDERS] = {cv::BORDER_CONSTANT, cv::BORDER_REPLICATE, cv::BORDER_REFLECT,
                                      cv::BORDER_REFLECT_101, cv::BORDER_WRAP};

/* cv::Mat has no const view; the sources below are only ever read. */
cv::Mat view(const void *pixels, int height, int width, int type, size_t stride)
{
    return cv::Mat(height, width, type, const_cast<void *>(pixels), stride);
}

FastcvStatus fail(FastcvError *error, FastcvStatus status, const char *message)
{
    error->status = status;
    std::snprintf(error->message, sizeof error->message, "%s", message);
    return status;
}

} // namespace

extern "C" FastcvStatus fastcv_opencv_remap(const FastcvImage *source,
                                            const FastcvSampling *sampling,
                                            const double *border_value,
                                            const FastcvRemapBlock *block,
                                            FastcvError *error) noexcept
{
    try {
        const int type = CV_MAKETYPE(kDepths[source->depth], source->channels);
        const int width = block->width_px, height = block->height_px;

        cv::Scalar border;
        for (int c = 0; c < source->channels; c++)
            border[c] = border_value[c];
        cv::Mat from = view(source->pixels, (int)source->height_px, (int)source->width_px, type,
                            (size_t)source->stride_bytes);
        cv::Mat to(height, width, type, block->pixels, block->stride_bytes);
        cv::Mat xy = view(block->xy, height, width, CV_16SC2, cv::Mat::AUTO_STEP);
        cv::Mat fraction;
        if (block->fraction)
            fraction = view(block->fraction, height, width, CV_16UC1, cv::Mat::AUTO_STEP);

        cv::remap(from, to, xy, fraction, kInterpolations[sampling->interpolation],
                  kBorders[sampling->border], border);
        if (to.data != block->pixels)
            return fail(error, FASTCV_ERR_OPENCV, "cv::remap did not write in place");
        return FASTCV_OK;
    } catch (const std::bad_alloc &) {
        return fail(error, FASTCV_ERR_MEMORY, "");
    } catch (const cv::Exception &exception) {
        if (exception.code == cv::Error::StsNoMem) /* a buffer's, not operator new's */
            return fail(error, FASTCV_ERR_MEMORY, "");
        return fail(error, FASTCV_ERR_OPENCV, exception.what());
    } catch (const std::exception &exception) {
        return fail(error, FASTCV_ERR_OPENCV, exception.what());
    } catch (...) {
        return fail(error, FASTCV_ERR_OPENCV, "an unknown exception");
    }
}

extern "C" int fastcv_opencv_cubic_is_version_4(void) noexcept
{
    return CV_VERSION_MAJOR == 4;
}

extern "C" void fastcv_opencv_version(char version[FASTCV_VERSION_BYTES]) noexcept
{
    std::snprintf(version, FASTCV_VERSION_BYTES, "%d.%d.%d", cv::getVersionMajor(),
                  cv::getVersionMinor(), cv::getVersionRevision());
}

extern "C" const char *fastcv_opencv_built_with(void) noexcept
{
    return CV_VERSION;
}
