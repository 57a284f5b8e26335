/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sensing: alerts about the sensor's own sight, for the whole site: the capture lacks packets
 * (capture-loss), its clock or its source was interrupted (capture-gap), nothing at all comes any
 * more (sensor-blind). What is not seen must not pass for health. */
#ifndef SENSOR_DETECT_SENSING_H
#define SENSOR_DETECT_SENSING_H

#include "sensor/config.h"
#include "sensor/detect/alerts.h"
#include "sensor/detect/loss.h"

struct sensing {
    const struct config *config;
    struct alert_state loss, gap, blind;
    nstime looked; /* when the loss was last weighed; NSTIME_NONE */
    nstime newest; /* when the newest frame came; NSTIME_NONE */
    bool live;     /* a replay's silence is no blindness: nobody waits for packets there */
    bool watched;  /* something watched was seen: there is somebody to be blind for */
};

void sensing_init(struct sensing *sensing, const struct config *config);

/* A frame came. What it ends is told. */
void sensing_frame(struct sensing *sensing, nstime now, struct notices *out);
/* Weighs the loss, at most once a second. */
void sensing_weigh(struct sensing *sensing, struct alerts *alerts, nstime now,
                   const struct loss *loss, struct notices *out);

/* What is seen before and after is not to be compared; it is told where anything watched was. */
void sensing_gap(struct sensing *sensing, struct alerts *alerts, nstime before, nstime now,
                 struct notices *out);

/* When the sensor will count as blind if no frame comes; NSTIME_NEVER. */
nstime sensing_next(const struct sensing *sensing);
void sensing_goes_blind(struct sensing *sensing, struct alerts *alerts, nstime now,
                        struct notices *out);

#endif
