/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state_text: the alerts that fire, as the lines of the state file, and back. Plain and versioned:
 *
 *     roamwatch state 1
 *     last_id 17
 *     alert id=16 code=dns-unprotected scope=client who=10.1.7.114 family=ipv4
 * since=1724727996000000000 cause=silent-drop confidence=likely severity=critical count=5 of=0 (in
 * one line) end 1
 *
 * Nobody vouches for what stands in a file: one that is not of just this form, to the last byte, is
 * refused as a whole. Pure: no file is opened here. */
#ifndef SENSOR_STATE_TEXT_H
#define SENSOR_STATE_TEXT_H

#include "sensor/detect/carried.h"

#define STATE_ALERTS 16384 /* more are not kept */
#define STATE_LINE   400
#define STATE_BYTES  ((STATE_ALERTS + 3) * (size_t)STATE_LINE)

struct state_alerts {
    uint64_t last_id; /* the newest that was ever given out */
    size_t count;
    struct carried_alert *alert; /* by id; owned */
};

/* NULL where memory is out; freed by the caller. */
char *state_format(const struct state_alerts *state, size_t *length);
/* text need not end in NUL. 0; the number of the line that is wrong; or -1 where memory is out.
 * Where it is not 0, out is empty. */
long state_parse(const char *text, size_t length, struct state_alerts *out);
void state_alerts_free(struct state_alerts *state);

#endif
