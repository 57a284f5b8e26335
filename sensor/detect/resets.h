/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resets: who wrote a reset? Five independent groups of tells are weighed (design: "Causes", domain
 * fact 6.1); no single one is required, and without any the answer is "can't be told". */
#ifndef SENSOR_DETECT_RESETS_H
#define SENSOR_DETECT_RESETS_H

#include "sensor/detect/findings.h"

enum reset_tell {
    TELL_TIME = 1,    /* sooner than a third of the smallest genuine round trip */
    TELL_HOPS = 2,    /* from too near, or from elsewhere than genuine packets of the address */
    TELL_COPIED = 4,  /* carries the SYN's own window, IP id or TTL */
    TELL_RACE = 8,    /* a SYN-ACK or data of the server came after it */
    TELL_WITNESS = 16 /* an ICMP error from a near box for the same address */
};

/* What each reset shows or not, and is counted. */
enum reset_group { RESET_TIME, RESET_HOPS, RESET_COPIED, RESET_GROUPS };

struct reset_weight {
    enum cause cause; /* CAUSE_MIDDLEBOX_RESET, CAUSE_SERVER_RESET or CAUSE_RESET */
    enum confidence confidence;
    unsigned tells;               /* enum reset_tell, or-ed: those that most of the resets show */
    uint64_t resets;              /* weighed */
    uint64_t shown[RESET_GROUPS]; /* so many of them show that tell */
    nstime delay_min, delay_max;
    nstime genuine;           /* the round trip they were held against; NSTIME_NONE */
    bool genuine_is_server;   /* it is the server's own or its network's, not another host's */
    uint8_t ttl, genuine_ttl; /* of the newest reset; of genuine packets, 0: none seen */
    bool window_copied, ip_id_copied, ttl_copied;
    uint16_t window;
    struct frame_ref race, witness;
};

struct reset_weight resets_weigh(const struct diagnosis *in, const struct findings *findings);

#endif
