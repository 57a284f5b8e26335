/* SPDX-License-Identifier: GPL-2.0-or-later */
/* phrases: what a line of the module's logs says, by the words that it is known by. */
#ifndef SENSOR_DART_PHRASES_H
#define SENSOR_DART_PHRASES_H

#include "sensor/dart/logs.h"

/* Sets kind, family, port and text. *policy where the line names one. */
void phrases_tell(const char *text, struct dart_event *event, enum dart_policy *policy);

/* The DNS state that a machine's line names last, such as "Protected"; NULL. */
const char *phrases_state(const char *text);

#endif
