/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json_scan: the names and plain values of a JSON text (RFC 8259), at whatever depth, in order. No
 * recursion and no allocation: what is read are two small files of anybody's bytes. */
#ifndef SENSOR_DART_JSON_SCAN_H
#define SENSOR_DART_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_SCAN_DEPTH 64
#define JSON_SCAN_TEXT  64

struct json_scan {
    const char *at, *end;
    unsigned depth;
    uint64_t arrays;            /* a bit for each depth: an array and no object */
    bool damaged;               /* with false from json_scan_next(): it is no JSON, or is cut */
    char name[JSON_SCAN_TEXT];  /* escapes as they stand; what is longer is cut */
    char value[JSON_SCAN_TEXT]; /* a string's text, a number, "true", "false", "null" */
};

void json_scan_begin(struct json_scan *scan, const char *text, size_t length);
/* The next name that has a plain value; false at the end. */
bool json_scan_next(struct json_scan *scan);

#endif
