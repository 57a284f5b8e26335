/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dart_words: in plain English what the module's logs say beside the capture, or alone. */
#ifndef SENSOR_TELL_DART_WORDS_H
#define SENSOR_TELL_DART_WORDS_H

#include "sensor/dart/reconcile.h"
#include "words.h"

/* The sentence and its frames. zone: of the screen; or UTC where times are the log's own. */
void dart_words_fact(const struct dart_fact *fact, struct zone zone, struct evidence *out);
/* How the logs' times were brought to the capture's, or why they were not. match NULL: there is no
 * capture. */
void dart_words_times(const struct dart_logs *logs, const struct match *match, struct zone zone,
                      char out[JUDGEMENT_TEXT]);
/* What the policy says of the web while the SWG can't be reached; "" where it is not known. */
const char *dart_words_policy(enum dart_policy policy, bool swg_failed);
/* "6 lines, 5 of them known"; what was wrong with it. */
void dart_words_file(const struct dart_file *file, char out[JUDGEMENT_TEXT]);

#endif
