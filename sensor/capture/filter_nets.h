/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter_nets: the addresses that a capture filter names. A filter has room for few, so where there
 * are many they widen to the nets that they lie in. */
#ifndef SENSOR_CAPTURE_FILTER_NETS_H
#define SENSOR_CAPTURE_FILTER_NETS_H

#include <stddef.h>

#include "decoders/addr.h"

/* From so many on they widen. */
#define FILTER_NETS_MAX 256

struct filter_nets {
    bool any;           /* every address; net is empty */
    struct prefix *net; /* sorted, none within another; owned */
    size_t count;
    unsigned width; /* 0: as they are; each more is a shorter prefix */
};

/* The narrowest width that is still wide enough for FILTER_NETS_MAX, and at least `width`. False
 * where memory is out. Free it in either case. */
bool filter_nets_make(struct filter_nets *out, const struct prefix *list, size_t count, bool any,
                      unsigned width);
void filter_nets_free(struct filter_nets *nets);

/* The width that has `any` for every address. */
unsigned filter_nets_widest(void);
/* What of each address a width lets through: "nets of /24 and /64". */
const char *filter_nets_width_text(unsigned width);

#endif
