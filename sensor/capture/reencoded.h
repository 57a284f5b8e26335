/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reencoded: captures that went through something that takes all bytes for text. PowerShell decodes
 * what a program prints and encodes it anew: UTF-16 with ">", ASCII or UTF-8 in a pipe, and every
 * line end becomes CR LF. */
#ifndef SENSOR_CAPTURE_REENCODED_H
#define SENSOR_CAPTURE_REENCODED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the file that begins so was a pcap or pcapng once, and is text now. */
bool reencoded(const uint8_t *head, size_t length);

#endif
