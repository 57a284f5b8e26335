/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sights: what a capture shows at all: which directions, VLANs, kinds of frames. Most mirrors that
 * are set up wrong are wrong from the first minute on, and a sensor that sees half the traffic must
 * say so before anybody relies on it. Facts only; the words are in tell/sights_words.h. */
#ifndef SENSOR_DETECT_SIGHTS_H
#define SENSOR_DETECT_SIGHTS_H

#include "sensor/tracking.h"

#define SIGHTS_VLANS 32 /* more are counted as "more" */

struct sights {
    uint64_t frames, ip;
    uint64_t encrypted;       /* 802.11 frames: in the clear they would be IP */
    uint64_t unsupported;     /* what can't be decoded, those among them */
    uint32_t linktype;        /* of the newest frame */
    uint64_t sent, received;  /* by clients, of what is watched */
    uint64_t syns, synacks;   /* of any TCP connection */
    uint64_t asked, answered; /* DNS on port 53, of any server */
    bool untagged, more_vlans;
    size_t vlans;
    uint16_t vlan[SIGHTS_VLANS]; /* outermost tags, ascending */
};

enum directions {
    DIRECTIONS_UNKNOWN, /* too little to tell */
    DIRECTIONS_BOTH,
    DIRECTIONS_UP,  /* from clients only */
    DIRECTIONS_DOWN /* to clients only */
};

/* A frame as it came, with what the decoder made of it. packet: as far as it could be decoded. */
void sights_frame(struct sights *sights, const struct frame *frame, enum packet_status status,
                  const struct packet *packet);
/* What the trackers made of it. */
void sights_reports(struct sights *sights, const struct packet *packet,
                    const struct reports *reports);

enum directions sights_directions(const struct sights *sights);

#endif
