/* SPDX-License-Identifier: GPL-2.0-or-later */
/* phrases: what a line of the module's logs says, by the words that it is known by. */
#ifndef SENSOR_DART_PHRASES_H
#define SENSOR_DART_PHRASES_H

#include "sensor/dart/logs.h"

/* Sets kind, family, port and text. *policy where the line names one. */
void phrases_tell(const char *text, struct dart_event *event, enum dart_policy *policy);

#define DART_STATE_TEXT 24

/* The state that a DNS machine's line names last, such as "Protected", or the web protection's,
 * such as "protected": known words or letters alone, whatever the line holds. "" where it names
 * none. */
bool phrases_state(const char *text, char out[DART_STATE_TEXT]);

#endif
