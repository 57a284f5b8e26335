/* SPDX-License-Identifier: GPL-2.0-or-later */
/* linktypes: what a capture file calls a link type, and what libpcap and the decoders call it. */
#ifndef SENSOR_CAPTURE_LINKTYPES_H
#define SENSOR_CAPTURE_LINKTYPES_H

#include <stdint.h>

/* The DLT_ value, as libpcap on Linux would hand it out, of the LINKTYPE_ value in a file. */
uint32_t linktypes_dlt(uint32_t linktype);

/* The most bytes that a frame of this link type (a DLT_ value) can have; a claim of more is damage.
 */
uint32_t linktypes_longest(uint32_t dlt);

#endif
