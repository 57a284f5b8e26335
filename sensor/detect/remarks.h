/* SPDX-License-Identifier: GPL-2.0-or-later */
/* remarks: what is no fault but by design, and what shape a fault has: each told in a line, none of
 * them changes a verdict. */
#ifndef SENSOR_DETECT_REMARKS_H
#define SENSOR_DETECT_REMARKS_H

#include "sensor/detect/diagnose.h"

void remarks_tell(const struct diagnosis *in, struct judgement *out);

#endif
