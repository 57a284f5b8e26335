/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inflate: compressed captures, unpacked on the way in with libarchive (gzip
 * with zlib, see gunzip.h). Nothing is written to disk
 * and no more is kept than a window, so a small file that unpacks to a huge one costs only time. */
#ifndef SENSOR_CAPTURE_INFLATE_H
#define SENSOR_CAPTURE_INFLATE_H

#include "sensor/capture/bytes.h"

enum inflate_kind { INFLATE_NONE, INFLATE_GZIP, INFLATE_ZSTD, INFLATE_LZ4, INFLATE_XZ };

/* As many bytes tell the kind; a stream that has fewer has none. */
#define INFLATE_MAGIC 6

enum inflate_kind inflate_recognise(const uint8_t *bytes, size_t length);
const char *inflate_name(enum inflate_kind kind);

/* An origin that gives what is packed in `packed`, which stays the caller's and must outlive it.
 * NULL with a clause in why where memory is out, or this build has no libarchive. */
struct bytes_origin *inflate_open(enum inflate_kind kind, struct bytes *packed,
                                  char why[BYTES_WHAT]);

/* "libarchive 3.6.2" as it runs; NULL where this build has none. */
const char *inflate_version(void);

#endif
