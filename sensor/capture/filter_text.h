/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter_text: the capture filter as people and libpcap read it, in the words of pcap-filter(7). */
#ifndef SENSOR_CAPTURE_FILTER_TEXT_H
#define SENSOR_CAPTURE_FILTER_TEXT_H

#include <stdio.h>

#include "sensor/capture/filter_nets.h"

struct filter_words {
    struct filter_nets resolvers, swgs;
    bool control;    /* the control group passes, too */
    bool ethertypes; /* the link type has them */
};

/* For frames without VLAN tags: one alternative a line, each but the first indented by `indent`. */
void filter_text_untagged(FILE *out, const struct filter_words *words, int indent);
/* The same, and inside one or two VLAN tags: for Ethernet, where libpcap knows the word "vlan". */
void filter_text_tagged(FILE *out, const struct filter_words *words);

#endif
