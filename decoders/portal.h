/* SPDX-License-Identifier: GPL-2.0-or-later */
/* portal: the names that operating systems and browsers look up to find out whether they are behind
 * a captive portal (domain fact 3.8). An answer that points them to a private address is a
 * portal's. Pure functions over a decoded message. */
#ifndef DECODERS_PORTAL_H
#define DECODERS_PORTAL_H

#include "dns.h"

/* True where the message answers such a name with an address that is not public; it is in out. */
bool portal_answers(const struct dns_message *message, struct addr *out);

#endif
