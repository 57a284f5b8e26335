/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rule_saw: what a rule saw, in numbers, for --explain. One function a row of the table that has
 * more to say than a count of failures. */
#ifndef SENSOR_DETECT_RULE_SAW_H
#define SENSOR_DETECT_RULE_SAW_H

#include "sensor/detect/causes.h"
#include "sensor/detect/resets.h"
#include "sensor/detect/trace.h"

typedef void saw_reason(const struct diagnosis *in, const struct judgement *judgement,
                        char out[TRACE_SEEN]);
typedef void saw_cause(const struct causes_work *work, char out[TRACE_SEEN]);
typedef void saw_tell(const struct reset_weight *weight, char out[TRACE_SEEN]);

saw_reason saw_traffic, saw_directions, saw_route, saw_missing, saw_samples, saw_end;
saw_cause saw_portal, saw_sinkhole, saw_lookups, saw_network, saw_encryption, saw_edns, saw_loss,
    saw_half, saw_mtu, saw_silence;
saw_tell saw_time, saw_hops, saw_copied, saw_race, saw_witness;

#endif
