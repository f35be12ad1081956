/* The type of a tensor's values. */
#ifndef FASTCV_TENSOR_TYPE_H
#define FASTCV_TENSOR_TYPE_H

#include <stddef.h>

typedef enum FastcvTensorType {
    FASTCV_TENSOR_U8, /* pixels as they are */
    FASTCV_TENSOR_F16,
    FASTCV_TENSOR_F32,
    FASTCV_TENSOR_TYPES
} FastcvTensorType;

static inline size_t fastcv_tensor_type_bytes(FastcvTensorType type)
{
    return type == FASTCV_TENSOR_F32 ? 4 : type == FASTCV_TENSOR_F16 ? 2 : 1;
}

#endif
