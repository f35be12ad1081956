#include "fastcv/tar.h"

#include <string.h>

enum { SIZE_DIGITS = 11, CHECKSUM_DIGITS = 6 };

/* POSIX.1-1988, ustar. Numbers are octal digits. */
typedef struct Header {
    char path[100], mode[8], user[8], group[8], size[12], time[12], checksum[8], type, link[100];
    char magic[6], version[2], rest[247];
} Header;

_Static_assert(sizeof(Header) == FASTCV_TAR_BLOCK_BYTES, "a header is a block");

static const Header template = {
    .mode = "0000644",
    .user = "0000000",
    .group = "0000000",
    .time = "00000000000",
    .checksum = {' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '}, /* it counts itself as blanks */
    .type = '0',
    .magic = "ustar",
    .version = {'0', '0'},
};

static void write_octal(char *text, int digits, uint64_t number)
{
    for (int i = digits - 1; i >= 0; i--, number >>= 3)
        text[i] = (char)('0' + (number & 7));
}

static unsigned sum(const char *bytes, size_t count)
{
    unsigned total = 0;
    for (size_t i = 0; i < count; i++)
        total += (unsigned char)bytes[i];
    return total;
}

/* template_sum is the sum of the template's bytes, in which path and size are zeros. */
static void write_header(const FastcvTarMember *member, unsigned template_sum, char *block)
{
    Header *header = memcpy(block, &template, sizeof template);
    memcpy(header->path, member->path, member->path_bytes);
    write_octal(header->size, SIZE_DIGITS, member->content_bytes);
    const unsigned checksum =
        template_sum + sum(member->path, member->path_bytes) + sum(header->size, SIZE_DIGITS);
    write_octal(header->checksum, CHECKSUM_DIGITS, checksum);
    header->checksum[CHECKSUM_DIGITS] = '\0';
}

size_t fastcv_tar_member_bytes(size_t content_bytes)
{
    const size_t block = FASTCV_TAR_BLOCK_BYTES;
    return block + (content_bytes + block - 1) / block * block;
}

void fastcv_tar_write(const FastcvTarMember *members, ptrdiff_t count, char *archive)
{
    const unsigned template_sum = sum((const char *)&template, sizeof template);
    for (ptrdiff_t i = 0; i < count; i++) {
        const FastcvTarMember *member = members + i;
        const size_t whole = fastcv_tar_member_bytes(member->content_bytes);
        const size_t used = FASTCV_TAR_BLOCK_BYTES + member->content_bytes;
        write_header(member, template_sum, archive);
        memcpy(archive + FASTCV_TAR_BLOCK_BYTES, member->content, member->content_bytes);
        memset(archive + used, 0, whole - used);
        archive += whole;
    }
}
