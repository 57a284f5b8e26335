/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config_text: a configuration file's bytes, read whole and found to be text, before YAML sees
 * them: libyaml names no line for a byte that is no character. */
#ifndef SENSOR_CONFIG_TEXT_H
#define SENSOR_CONFIG_TEXT_H

#include "sensor/config.h"

/* The shipped file, remarks and all, is a fiftieth of it. */
#define CONFIG_TEXT_MAX ((size_t)1 << 20)

struct config_text {
    char *bytes; /* owned; after a byte order mark */
    size_t length;
};

/* 0, or an exit status of sysexits.h with a full sentence in error; nothing is owned then. */
int config_text_read(const char *path, struct config_text *out, char error[CONFIG_ERROR]);
void config_text_free(struct config_text *text);

#endif
