/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gunzip: gzip by zlib itself. It is what captures are packed with most, and libarchive gives
 * nothing of the last 64 KiB before the place where a file was cut, and holds a live pipe back as
 * far. */
#ifndef SENSOR_CAPTURE_GUNZIP_H
#define SENSOR_CAPTURE_GUNZIP_H

#include "sensor/capture/bytes.h"

/* zlib's as it runs; NULL where this build has none. */
const char *gunzip_version(void);

/* As inflate_open(). NULL where memory is out. */
struct bytes_origin *gunzip_open(struct bytes *packed);

#endif
