/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice: what the firewall's owner is asked to change, per cause. Never "allow this one SWG
 * address": it changes (domain fact 4.3). */
#ifndef SENSOR_DETECT_ADVICE_H
#define SENSOR_DETECT_ADVICE_H

#include "sensor/detect/judgement.h"

/* servers: the failing ones in words. */
void advise(struct judgement *judgement, const char *servers);

#endif
