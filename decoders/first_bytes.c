/* SPDX-License-Identifier: GPL-2.0-or-later */
/* first_bytes: see first_bytes.h. */
#include "first_bytes.h"

#include <stdio.h>
#include <string.h>

#define RECORD_ALERT     21
#define RECORD_HANDSHAKE 22
#define CLIENT_HELLO     1
#define SERVER_HELLO     2

static bool begins(struct cursor c, const char *word)
{
    const size_t length = strlen(word);
    const uint8_t *bytes = cursor_bytes(&c, length);
    return bytes && memcmp(bytes, word, length) == 0;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* "HTTP/1.1 403" (RFC 9112 4) */
static struct first_bytes read_status(struct cursor c)
{
    cursor_skip(&c, strlen("HTTP/1.x "));
    const uint8_t *digits = cursor_bytes(&c, 3);
    if (!digits || digits[0] == '0' || !is_digit(digits[0]) || !is_digit(digits[1]) ||
        !is_digit(digits[2]))
        return (struct first_bytes){.kind = FIRST_OTHER};
    return (struct first_bytes){
        .kind = FIRST_STATUS,
        .status = (uint16_t)((digits[0] - '0') * 100 + (digits[1] - '0') * 10 + digits[2] - '0')};
}

/* A record's header (RFC 8446 5.1), then what it holds. */
static struct first_bytes read_tls(struct cursor c)
{
    struct first_bytes first = {.kind = FIRST_OTHER};
    const uint8_t type = cursor_u8(&c), major = cursor_u8(&c);
    cursor_skip(&c, 1);
    const uint16_t length = cursor_be16(&c);
    const uint8_t one = cursor_u8(&c), other = cursor_u8(&c);
    if (c.bad || major != 3)
        return first;
    if (type == RECORD_HANDSHAKE && one == CLIENT_HELLO)
        first.kind = FIRST_CLIENT_HELLO;
    else if (type == RECORD_HANDSHAKE && one == SERVER_HELLO)
        first.kind = FIRST_SERVER_HELLO;
    if (type != RECORD_ALERT || length != 2 || (one != 1 && one != 2))
        return first;
    return (struct first_bytes){.kind = FIRST_ALERT, .level = one, .description = other};
}

struct first_bytes first_bytes_read(struct cursor payload)
{
    if (cursor_left(&payload) == 0)
        return (struct first_bytes){.kind = FIRST_NONE};
    if (begins(payload, "CONNECT "))
        return (struct first_bytes){.kind = FIRST_CONNECT};
    if (begins(payload, "HTTP/1."))
        return read_status(payload);
    return read_tls(payload);
}

const char *first_bytes_alert_name(uint8_t description, char out[16])
{
    static const struct {
        uint8_t description;
        const char *name;
    } names[] = {
        {0, "close notify"},           {10, "unexpected message"},    {20, "bad record MAC"},
        {22, "record overflow"},       {40, "handshake failure"},     {42, "bad certificate"},
        {46, "certificate unknown"},   {47, "illegal parameter"},     {48, "unknown CA"},
        {49, "access denied"},         {50, "decode error"},          {70, "protocol version"},
        {71, "insufficient security"}, {80, "internal error"},        {90, "user canceled"},
        {112, "unrecognized name"},    {116, "certificate required"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].description == description)
            return names[i].name;
    }
    snprintf(out, 16, "alert %u", description);
    return out;
}
