/* SPDX-License-Identifier: GPL-2.0-or-later */
/* narrow: the user's FILTER, compiled by libpcap and run here, once for each link type that the
 * frames have: a capture may hold several. The same for a file and for an interface, and apart from
 * the capture filter, whose VLAN arms would shift its offsets. */
#ifndef SENSOR_CAPTURE_NARROW_H
#define SENSOR_CAPTURE_NARROW_H

#include "sensor/capture/source.h"

#define NARROW_TYPES 16 /* link types at once; the oldest gives way */

struct narrow;

/* Whether `filter` is a capture filter. 0, EX_USAGE or EX_OSERR, with a sentence in error. */
int narrow_check(const char *filter, char error[SOURCE_ERROR]);

/* filter is borrowed. NULL where memory is out. */
struct narrow *narrow_new(const char *filter);
void narrow_free(struct narrow *narrow);

/* Whether FILTER fits a link type, before frames of it come. False with a sentence that names their
 * source in error. */
bool narrow_prepare(struct narrow *narrow, uint32_t linktype, const char *name,
                    char error[SOURCE_ERROR]);

/* Whether the filter lets the frame pass. One that speaks of VLANs ("vlan 12", "ether proto
 * 0x8100", "ether[12:2] = ...") is applied to the frame as it stands, any other to what is inside
 * its VLAN tags: "host 10.1.2.3" and "not host 10.1.2.3" mean the same on every VLAN. A frame of a
 * link type for which the filter can't be compiled ("ether host" without Ethernet) does not. */
bool narrow_passes(struct narrow *narrow, const struct frame *frame);

/* False, with a sentence in error, where frames came and the filter fits the link type of none. */
bool narrow_fitted(const struct narrow *narrow, const char *name, char error[SOURCE_ERROR]);

#endif
