/* Members of tar archives: plain ustar headers, contents, zeros up to whole blocks. */
#ifndef FASTCV_TAR_H
#define FASTCV_TAR_H

#include <stddef.h>
#include <stdint.h>

#define FASTCV_TAR_BLOCK_BYTES 512
#define FASTCV_TAR_MAX_PATH_BYTES 100
#define FASTCV_TAR_MAX_CONTENT_BYTES (((int64_t)1 << 33) - 1)

typedef struct FastcvTarMember {
    const char *path, *content;
    size_t path_bytes, content_bytes; /* at most what the headers hold: see above */
} FastcvTarMember;

size_t fastcv_tar_member_bytes(size_t content_bytes);

/* Writes the members one after the other, each in fastcv_tar_member_bytes: regular files of mode
 * 644, of user and group 0, of the time 0. */
void fastcv_tar_write(const FastcvTarMember *members, ptrdiff_t count, char *archive);

#endif
