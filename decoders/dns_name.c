/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns_name: reads names and writes them as one printable string. A name is where DNS decoders
 * break: pointers that loop, labels that run on, bytes that a terminal obeys. */
#include "dns_name.h"

#define NAME_OCTETS   255 /* RFC 1035 2.3.4: length bytes and root counted */
#define LABEL_OCTETS  63
#define HEADER_OCTETS 12
#define POINTERS      127  /* as many labels fit; a longer chain only burns time, in every record */
#define POINTER       0xc0 /* RFC 1035 4.1.4; 0x40 and 0x80 are reserved (RFC 6891 5) */

static char *put_octet(char *out, uint8_t octet)
{
    if (octet >= 'A' && octet <= 'Z') {
        *out++ = (char)(octet + ('a' - 'A'));
    } else if (octet == '.' || octet == '\\') {
        *out++ = '\\';
        *out++ = (char)octet;
    } else if (octet > ' ' && octet < 0x7f) {
        *out++ = (char)octet;
    } else {
        *out++ = '\\';
        *out++ = (char)('0' + octet / 100);
        *out++ = (char)('0' + octet / 10 % 10);
        *out++ = (char)('0' + octet % 10);
    }
    return out;
}

/* The place that a pointer names, as an offset; its first byte has been read already. */
static size_t pointer_target(struct cursor *c, uint8_t first)
{
    return (size_t)(first & ~POINTER) << 8 | cursor_u8(c);
}

/* Writes the name's text without NUL and returns its end; NULL where it is no name. The loop ends:
 * a target lies before the labels that led to it, so each pointer goes further back ("a prior
 * occurrence"), and the octets are counted. They bound the text as well. */
static char *read_labels(struct cursor *c, const uint8_t *start, char *text)
{
    struct cursor at = *c;
    size_t floor = (size_t)(c->at - start);
    size_t octets = 0;
    unsigned pointers = 0;

    for (;;) {
        uint8_t length = cursor_u8(&at);
        if (length >= POINTER) {
            size_t target = pointer_target(&at, length);
            c->bad |= at.bad;
            if (at.bad || target >= floor || target < HEADER_OCTETS || pointers == POINTERS)
                return NULL;
            if (pointers++ == 0)
                *c = at;
            floor = target;
            at.at = start + target;
            continue;
        }
        octets += 1u + length;
        if (length > LABEL_OCTETS || octets > NAME_OCTETS)
            return NULL;
        const uint8_t *label = cursor_bytes(&at, length);
        c->bad |= at.bad;
        if (at.bad)
            return NULL;
        if (length == 0)
            break;
        if (octets > 1u + length) /* not the first */
            *text++ = '.';
        for (size_t i = 0; i < length; i++)
            text = put_octet(text, label[i]);
    }
    if (pointers == 0)
        *c = at;
    return text;
}

bool dns_name_read(struct cursor *c, const uint8_t *start, struct dns_name *out)
{
    char *end = read_labels(c, start, out->text);
    if (end == out->text)
        *end++ = '.'; /* the root */
    out->length = (uint16_t)(end == NULL ? 0 : end - out->text);
    out->text[out->length] = '\0';
    return end != NULL;
}

bool dns_name_skip(struct cursor *c, const uint8_t *start)
{
    size_t begin = (size_t)(c->at - start);
    size_t octets = 0;

    while (octets < NAME_OCTETS) {
        uint8_t length = cursor_u8(c);
        if (!c->bad && length >= POINTER) {
            size_t target = pointer_target(c, length);
            return !c->bad && target >= HEADER_OCTETS && target < begin;
        }
        if (c->bad || length > LABEL_OCTETS)
            return false;
        if (length == 0)
            return true;
        cursor_skip(c, length);
        octets += 1u + length;
    }
    return false;
}
