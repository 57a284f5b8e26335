/* SPDX-License-Identifier: GPL-2.0-or-later */
/* first_bytes: what either side of a connection begins with, as far as it tells a gateway from what
 * stands in its way: the roaming module begins with a plain HTTP CONNECT, and the gateway answers
 * with a status (domain fact 4.4). Only kinds and numbers: no target and no server name is kept. */
#ifndef DECODERS_FIRST_BYTES_H
#define DECODERS_FIRST_BYTES_H

#include "cursor.h"

enum first_kind {
    FIRST_NONE, /* nothing was seen */
    FIRST_OTHER,
    FIRST_CONNECT,      /* an HTTP request of that method (RFC 9110 9.3.6) */
    FIRST_STATUS,       /* an HTTP answer; `status` is set */
    FIRST_CLIENT_HELLO, /* TLS (RFC 8446 4) */
    FIRST_SERVER_HELLO,
    FIRST_ALERT, /* TLS (RFC 8446 6); `level` and `description` are set */
    FIRST_KINDS
};

struct first_bytes {
    uint8_t kind;    /* enum first_kind */
    uint16_t status; /* 100 … 999 */
    uint8_t level;   /* 1 warning, 2 fatal */
    uint8_t description;
};

struct first_bytes first_bytes_read(struct cursor payload);

/* "handshake failure", "alert 199". */
const char *first_bytes_alert_name(uint8_t description, char out[16]);

#endif
