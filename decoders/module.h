/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module: what the roaming module's own traffic looks like (domain.md 2): the names that only it
 * asks for, and what a genuine answer to them holds. Pure functions over a decoded message. */
#ifndef DECODERS_MODULE_H
#define DECODERS_MODULE_H

#include "dns.h"

enum module_answer {
    MODULE_GENUINE, /* the strings that only the service's resolvers give, or a beginning of them */
    MODULE_UNSEEN,  /* the capture does not hold enough of it to tell */
    MODULE_FOREIGN, /* NXDOMAIN, no data, or text without the genuine strings */
    MODULE_ERROR    /* SERVFAIL, REFUSED, FORMERR, NOTIMP, and every rarer error code */
};

/* debug.opendns.com, 2.dnscrypt-cert.opendns.com: a query for one is a probe of the module. */
bool module_owns_name(const char *name);

/* Judges a response to a query for one of the module's own names, of the type it asked.
 *
 * A genuine answer must never be called foreign, nor a foreign one genuine for what is not seen:
 * - debug.opendns.com: among the texts are "server …" and one more of the keys that the service is
 *   known to send ("source …", "flags …"), in any order, whatever else is there (domain fact 2.2).
 * - 2.dnscrypt-cert.opendns.com: one text begins as a certificate does (domain fact 2.4).
 * - Cut by the snap length, or TC=1: genuine where any known key or a certificate is visible. A
 *   first text that is neither is foreign. Where nothing is visible, TC=1 is genuine and what the
 *   snap length cut is unseen. Nothing counts as visible but whole records; "no data" is seen from
 *   the header's count and needs TC=0.
 * - Another type than TXT: nobody knows what the service says to it, so NOERROR is genuine. The
 * names exist, so NXDOMAIN is foreign here too. */
enum module_answer module_judge(const struct dns_message *answer);

#endif
