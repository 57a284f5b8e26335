/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_item: one resolver or SWG as a person writes it, on the command line or in the
 * configuration. Read in one place, so that both refuse the same mistakes in the same words. */
#ifndef SENSOR_WATCH_ITEM_H
#define SENSOR_WATCH_ITEM_H

#include <stddef.h>

#include "decoders/addr.h"

#define WATCH_NAME_TEXT  254 /* RFC 1035 2.3.4: 253 characters as text, and NUL */
#define WATCH_ERROR_TEXT 256

enum watch_item_kind { WATCH_ANY, WATCH_PREFIX, WATCH_NAME };

struct watch_item {
    enum watch_item_kind kind;
    struct prefix prefix;       /* a lone address has all its bits */
    char name[WATCH_NAME_TEXT]; /* as dns.h makes names: lower case, no final dot */
};

/* What may stand in a list; or-ed. */
enum watch_accept {
    WATCH_ACCEPT_ADDRESS = 1, /* address, prefix or "any" */
    WATCH_ACCEPT_NAME = 2,    /* host name */
    WATCH_ACCEPT_SUFFIX = 4,  /* end of a host name, beginning with its dot */
    WATCH_ACCEPT_PREFIX = 8   /* address or prefix */
};

/* False where text is none of what is accepted; error then says so in a clause that goes on after
 * "…: " and needs no more than the text itself. */
bool watch_item_parse(const char *text, unsigned accept, struct watch_item *out,
                      char error[WATCH_ERROR_TEXT]);

#endif
