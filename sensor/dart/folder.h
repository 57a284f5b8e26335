/* SPDX-License-Identifier: GPL-2.0-or-later */
/* folder: the files of a folder and those below it that hold something of the module, in the order
 * of their names, so that the same folder always reads the same. */
#ifndef SENSOR_DART_FOLDER_H
#define SENSOR_DART_FOLDER_H

#include "sensor/dart/load.h"

struct dart_folder {
    char *path[DART_FILES]; /* owned */
    size_t count;
    uint64_t more; /* files that found no place, folders that were not looked into */
};

/* False where memory is out. To be freed in either case. */
bool dart_folder_list(struct dart_folder *folder, const char *path);
void dart_folder_free(struct dart_folder *folder);

#endif
