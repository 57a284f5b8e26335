/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alert_match: which alerts are meant, as a person writes it in alerts.ignore and alerts.only:
 * "net=10.9.0.0/16,10.8.0.0/16 vlan=12 role=forwarder cause=late-answers until=2027-01-31". Parts
 * are parted by blanks and must all hold; values are parted by commas, one must. */
#ifndef SENSOR_ALERT_MATCH_H
#define SENSOR_ALERT_MATCH_H

#include "decoders/nstime.h"
#include "sensor/detect/judgement.h"
#include "sensor/detect/segment.h"

#define ALERT_MATCH_VALUES 16 /* networks, and likewise VLANs */

struct alert_match {
    size_t nets, vlans;
    struct prefix net[ALERT_MATCH_VALUES];
    uint16_t vlan[ALERT_MATCH_VALUES];
    uint32_t roles, causes; /* bits by number; 0: any */
    nstime until;           /* the end of that day, UTC; NSTIME_NEVER */
};

/* False with a clause in error, and in *at which byte of text it is about. */
bool alert_match_parse(const char *text, struct alert_match *out, char error[WATCH_ERROR_TEXT],
                       size_t *at);

/* Whom an alert is about, and why. */
struct alert_subject {
    const struct addr *client;
    const struct vlan_tags *tags;
    enum role role;
    enum cause cause;
    nstime now;
};

bool alert_match_over(const struct alert_match *match, nstime now);
/* Whom it is about matches, whatever the cause. */
bool alert_match_whom(const struct alert_match *match, const struct alert_subject *subject);
bool alert_match_holds(const struct alert_match *match, const struct alert_subject *subject);

#endif
