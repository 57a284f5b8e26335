/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module: what the roaming module's own traffic looks like (domain.md 2): the names that only it
 * asks for, and what a genuine answer to them holds. Pure functions over a decoded message. */
#ifndef DECODERS_MODULE_H
#define DECODERS_MODULE_H

#include "dns.h"

enum module_answer {
    MODULE_GENUINE, /* the strings that only the service's resolvers give, or a beginning of them */
    MODULE_FOREIGN, /* NXDOMAIN, no data, or text without the genuine strings */
    MODULE_ERROR    /* SERVFAIL, REFUSED, FORMERR, NOTIMP */
};

/* debug.opendns.com, 2.dnscrypt-cert.opendns.com: a query for one is a probe of the module. */
bool module_owns_name(const char *name);

/* Judges a response to a query for one of the module's own names, of the type it asked. TC=1 with a
 * genuine or empty beginning is genuine (domain.md 2.2, 2.4). */
enum module_answer module_judge(const struct dns_message *answer);

#endif
