/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config_text: see config_text.h. */
#include "sensor/config_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static int fail_open(const char *path, int reason, char error[CONFIG_ERROR])
{
    bool denied = reason == EACCES || reason == EPERM;

    snprintf(error, CONFIG_ERROR, "The configuration %s cannot be read: %s. %s", path,
             strerror(reason),
             denied ? "Make it readable for the user that runs roamwatch."
                    : "Give a file that exists, or leave -c out for the built-in defaults.");
    return denied ? EX_NOPERM : EX_NOINPUT;
}

static int read_whole(FILE *file, const char *path, struct config_text *out,
                      char error[CONFIG_ERROR])
{
    out->bytes = malloc(CONFIG_TEXT_MAX + 1);
    if (!out->bytes) {
        snprintf(error, CONFIG_ERROR, "There is not enough memory to read %s.", path);
        return EX_IOERR;
    }
    errno = 0;
    out->length = fread(out->bytes, 1, CONFIG_TEXT_MAX + 1, file);
    if (ferror(file)) {
        if (errno == EISDIR)
            return fail_open(path, errno, error);
        snprintf(error, CONFIG_ERROR, "The configuration %s cannot be read: %s.", path,
                 strerror(errno));
        return EX_IOERR;
    }
    if (out->length > CONFIG_TEXT_MAX) {
        snprintf(error, CONFIG_ERROR,
                 "The configuration %s is larger than 1 MiB, so it is probably another file; give "
                 "a YAML file such as the one that --dump-config prints.",
                 path);
        return EX_CONFIG;
    }
    return 0;
}

/* How many bytes the character at p takes (RFC 3629: shortest form, no surrogates), with its number
 * in *code; 0 where there is none. */
static size_t character(const unsigned char *p, size_t left, uint32_t *code)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

    for (size_t n = 0; n < 4; n++) {
        if ((p[0] & forms[n].mask) != forms[n].lead)
            continue;
        if (left <= n)
            return 0;
        *code = p[0] & (unsigned char)~forms[n].mask;
        for (size_t i = 1; i <= n; i++) {
            if ((p[i] & 0xc0) != 0x80)
                return 0;
            *code = *code << 6 | (p[i] & 0x3f);
        }
        bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
        return *code < forms[n].least || *code > 0x10ffff || surrogate ? 0 : n + 1;
    }
    return 0;
}

/* Tab and line ends are the only control characters of YAML (5.1). */
static bool printable(uint32_t code)
{
    bool control = code < 0x20 || (code >= 0x7f && code < 0xa0 && code != 0x85);
    return !control || code == '\t' || code == '\n' || code == '\r';
}

static bool check_text(const struct config_text *text, const char *path, char error[CONFIG_ERROR])
{
    const unsigned char *p = (const unsigned char *)text->bytes;
    size_t line = 1;
    size_t column = 1;

    for (size_t left = text->length; left > 0;) {
        uint32_t code = 0;
        size_t size = character(p, left, &code);
        if (size == 0 || !printable(code)) {
            snprintf(error, CONFIG_ERROR,
                     "%s:%zu:%zu: there is a byte here (0x%02x) that is %s; save the file as "
                     "plain text in UTF-8",
                     path, line, column, *p, size ? "a control character" : "not UTF-8");
            return false;
        }
        column++;
        if (code == '\n') {
            line++;
            column = 1;
        }
        p += size;
        left -= size;
    }
    return true;
}

int config_text_read(const char *path, struct config_text *out, char error[CONFIG_ERROR])
{
    static const char mark[] = {'\xef', '\xbb', '\xbf'};

    *out = (struct config_text){0};
    FILE *file = fopen(path, "rb");
    if (!file)
        return fail_open(path, errno, error);
    int status = read_whole(file, path, out, error);
    fclose(file);
    if (status == 0 && out->length >= sizeof mark && memcmp(out->bytes, mark, sizeof mark) == 0) {
        out->length -= sizeof mark;
        memmove(out->bytes, out->bytes + sizeof mark, out->length);
    }
    if (status == 0 && !check_text(out, path, error))
        status = EX_CONFIG;
    if (status != 0)
        config_text_free(out);
    return status;
}

void config_text_free(struct config_text *text)
{
    free(text->bytes);
    *text = (struct config_text){0};
}
