/* What a core function returns, and the room for a message when OpenCV itself objects. */
#ifndef FASTCV_STATUS_H
#define FASTCV_STATUS_H

typedef enum FastcvStatus {
    FASTCV_OK = 0,
    FASTCV_ERR_MEMORY,    /* malloc refused; nothing is left allocated */
    FASTCV_ERR_CANCELLED, /* poll() asked to stop; outputs are incomplete */
    FASTCV_ERR_FORKED,    /* poll() forked, and this is the child: the loop did not finish here */
    FASTCV_ERR_OPENCV,    /* OpenCV threw; FastcvError.message holds what it said */
} FastcvStatus;

enum { FASTCV_MESSAGE_BYTES = 256 };

typedef struct FastcvError {
    FastcvStatus status;
    char message[FASTCV_MESSAGE_BYTES]; /* NUL-terminated; empty unless FASTCV_ERR_OPENCV */
} FastcvError;

#endif
