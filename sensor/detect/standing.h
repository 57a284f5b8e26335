/* SPDX-License-Identifier: GPL-2.0-or-later */
/* standing: what is remembered of an alert while it stands: one client's, a segment's or the
 * site's. What moves it is in alerts.c. */
#ifndef SENSOR_DETECT_STANDING_H
#define SENSOR_DETECT_STANDING_H

#include <stdbool.h>

#include "decoders/nstime.h"

struct alert_state {
    uint64_t id; /* as it was told; 0: nobody was told of it by itself */
    bool stands; /* it fails: told by itself, or folded into a wider alert */
    uint8_t code, cause, confidence, severity;
    uint8_t told_code, told_cause, told_severity;
    uint64_t count; /* a client's: failed samples when last judged failing */
    nstime since;
    nstime found; /* when the cause was last found to be so */
};

#endif
