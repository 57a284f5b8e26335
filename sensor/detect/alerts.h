/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alerts: judgement → notice. An alert of one client's protection has one id from the moment it
 * fires, through changes of its code, until it resolves. It fires from `likely` up, for modules and
 * forwarders (design: "Alerts"). */
#ifndef SENSOR_DETECT_ALERTS_H
#define SENSOR_DETECT_ALERTS_H

#include "sensor/detect/clients.h"

struct alerts {
    uint64_t last_id;
};

/* Holds a judgement against what stands. True where there is something to tell, in out. */
bool alerts_judge(struct alerts *alerts, struct alert_state *state,
                  const struct judgement *judgement, uint64_t failed_samples, struct notice *out);

/* Ends what stands for another reason than recovery. False where nothing stood. */
bool alerts_end(struct alert_state *state, const struct addr *client,
                enum notice_resolution resolution, nstime now, struct notice *out);

#endif
