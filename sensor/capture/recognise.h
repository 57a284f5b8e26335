/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recognise: names what a file is that is no pcap and no pcapng, and what to do with it. People who
 * meet a fault send what they have. */
#ifndef SENSOR_CAPTURE_RECOGNISE_H
#define SENSOR_CAPTURE_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As many bytes of the beginning are of use. */
#define RECOGNISE_BYTES 1024

struct recognised {
    const char *what;   /* completes "FILE is …" */
    const char *remedy; /* a sentence */
};

/* length: at most RECOGNISE_BYTES, fewer only where the file has no more. Always an answer: at the
 * least that it is neither pcap nor pcapng. */
struct recognised recognise(const uint8_t *head, size_t length);

#endif
