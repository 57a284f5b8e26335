/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter: the capture filter, made from what is watched. It lets through what the trackers need and
 * leaves the bulk of the web traffic in the kernel. Built anew whenever the watchlist's generation
 * changes, and swapped in without a packet lost. */
#ifndef SENSOR_CAPTURE_FILTER_H
#define SENSOR_CAPTURE_FILTER_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sensor/watchlist.h"

#define FILTER_ERROR 512

struct filter {
    struct bpf_program program; /* for frames as libpcap hands them out: pcap_offline_filter() */
    uint32_t linktype;
    size_t nets;    /* resolvers and SWGs that it names, each an address or a net */
    unsigned width; /* 0: every address by itself; more: nets, see filter_width_text() */
};

/* Makes a filter of `width` for a link type (DLT_), or of the next wider one that fits: from 256
 * addresses on they widen to their nets, and so they do where the program would be longer than the
 * kernel takes. With `control` the control group passes, too. False with a full sentence in error:
 * even the widest does not fit, or memory is out. Free it in either case. */
bool filter_build(struct filter *out, const struct watch_snapshot *watch, bool control,
                  uint32_t linktype, unsigned width, char error[FILTER_ERROR]);
void filter_free(struct filter *filter);

/* A filter as text for Ethernet, in the syntax of pcap-filter(7), with a newline at its end: the
 * narrowest that fits, of which `about` then tells. False with a full sentence in error. */
bool filter_print(const struct watch_snapshot *watch, bool control, FILE *out, struct filter *about,
                  char error[FILTER_ERROR]);

/* Puts it on a packet socket (pcap_get_selectable_fd()) in place of the one that is there: at every
 * moment one of the two decides. libpcap must have no filter of its own: pcap_setfilter() empties
 * the socket while it swaps. 0, or an errno; ENOMEM where net.core.optmem_max leaves too little
 * room for both. */
int filter_attach(const struct filter *filter, int fd);

/* Builds and attaches the narrowest filter that libpcap and the kernel take; out is what is in use.
 * False with a full sentence in error: what was in use is in use still, or no filter. */
bool filter_install(struct filter *out, const struct watch_snapshot *watch, bool control,
                    uint32_t linktype, int fd, char error[FILTER_ERROR]);

#define FILTER_TEXT 160
/* A clause for people: "12 addresses, 706 instructions". Returns text. */
char *filter_describe(const struct filter *filter, char text[FILTER_TEXT]);

#endif
