/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state: the sink that keeps the alerts that fire in a small file, so that they go on over a
 * restart. The file is replaced as a whole, at most once a second and at the end: a run that is
 * killed leaves the last or the one before it, never a part. */
#ifndef SENSOR_STATE_H
#define SENSOR_STATE_H

#include "sensor/config.h"
#include "sensor/state_text.h"
#include "sensor/tell/sink.h"

/* Where the state is kept: state.file, or "alerts" in the folder that systemd gives
 * ($STATE_DIRECTORY). False where nowhere. */
bool state_path(const char *configured, char out[CONFIG_TEXT]);

/* Opens the folder and reads what an earlier run has left: of that the caller frees `before`. A
 * file that can't be used is put aside as NAME.damaged; note then says so in a sentence, else it is
 * "". NULL with a sentence in error where the folder can't be opened: exit with EX_CANTCREAT. */
struct sink *state_new(const char *path, struct state_alerts *before, char note[CONFIG_ERROR],
                       char error[CONFIG_ERROR]);

#endif
