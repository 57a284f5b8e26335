/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter_tags: a compiled filter made to look behind VLAN tags, and to run in the kernel. libpcap
 * can do the first with the word "vlan", but takes a hundred times as long over it with hundreds of
 * addresses, and not at all on cooked captures. */
#ifndef SENSOR_CAPTURE_FILTER_TAGS_H
#define SENSOR_CAPTURE_FILTER_TAGS_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>

/* What passes is taken whole; the capture's own snap length cuts it. */
#define FILTER_WHOLE_PACKET 262144

/* Copies `plain`, which was compiled for the link type, and adds a copy each for what lies behind
 * one tag and two. Where a frame of the link type carries no tags it is a mere copy. `out` is one
 * array from malloc(); false where memory is out. */
bool filter_tags_add(const struct bpf_program *plain, uint32_t linktype, struct bpf_program *out);

/* Whether the kernel shows a filter such frames without their link header, as it does where the
 * capture is cooked. */
bool filter_tags_cooked(uint32_t linktype);
/* The program as the kernel must have it then: in place. Frames that have a tag left pass. */
void filter_tags_cook(struct bpf_program *program, uint32_t linktype);

#endif
