/* SPDX-License-Identifier: GPL-2.0-or-later */
/* capture: see capture.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "capture.h"
#include "sensor/capture/savefile.h"

void capture_put(struct capture *c, const void *bytes, size_t length)
{
    assert_true(c->length + length <= sizeof c->at);
    if (length > 0)
        memcpy(c->at + c->length, bytes, length);
    c->length += length;
}

static void put_number(struct capture *c, uint64_t value, unsigned size)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < size; i++)
        bytes[c->big ? size - 1 - i : i] = (uint8_t)(value >> 8 * i);
    capture_put(c, bytes, size);
}

void capture_u16(struct capture *c, unsigned value)
{
    put_number(c, value, 2);
}

void capture_u32(struct capture *c, uint32_t value)
{
    put_number(c, value, 4);
}

void capture_u64(struct capture *c, uint64_t value)
{
    put_number(c, value, 8);
}

static void put_data(struct capture *c, uint32_t length, uint8_t fill)
{
    for (uint32_t i = 0; i < length; i++)
        capture_put(c, &fill, 1);
}

static void pad(struct capture *c)
{
    while ((c->length - c->block) % 4 != 0)
        capture_put(c, "", 1);
}

void capture_pcap(struct capture *c, uint32_t magic, uint32_t linktype)
{
    capture_u32(c, magic);
    capture_u16(c, 2);
    capture_u16(c, 4);
    capture_u64(c, 0);
    capture_u32(c, 65535);
    capture_u32(c, linktype);
}

void capture_record(struct capture *c, uint32_t seconds, uint32_t fraction, uint32_t length,
                    uint8_t fill)
{
    capture_u32(c, seconds);
    capture_u32(c, fraction);
    capture_u32(c, length);
    capture_u32(c, length);
    put_data(c, length, fill);
}

void capture_block(struct capture *c, uint32_t type)
{
    c->block = c->length;
    capture_u32(c, type);
    capture_u32(c, 0);
}

void capture_option(struct capture *c, unsigned code, const void *value, size_t length)
{
    pad(c);
    capture_u16(c, code);
    capture_u16(c, (unsigned)length);
    capture_put(c, value, length);
    pad(c);
}

void capture_option64(struct capture *c, unsigned code, uint64_t value)
{
    pad(c);
    capture_u16(c, code);
    capture_u16(c, 8);
    capture_u64(c, value);
}

void capture_close(struct capture *c)
{
    pad(c);
    size_t end = c->length;
    uint32_t length = (uint32_t)(end - c->block + 4);
    c->length = c->block + 4;
    capture_u32(c, length);
    c->length = end;
    capture_u32(c, length);
}

void capture_section(struct capture *c, bool big)
{
    c->big = big;
    capture_block(c, 0x0A0D0D0A);
    capture_u32(c, 0x1A2B3C4D);
    capture_u16(c, 1);
    capture_u16(c, 0);
    capture_u64(c, UINT64_MAX);
    capture_close(c);
}

void capture_interface(struct capture *c, unsigned linktype, uint32_t snaplen)
{
    capture_block(c, 1);
    capture_u16(c, linktype);
    capture_u16(c, 0);
    capture_u32(c, snaplen);
    capture_close(c);
}

void capture_packet(struct capture *c, uint32_t interface, uint64_t ticks, uint32_t length,
                    uint8_t fill)
{
    capture_block(c, 6);
    capture_u32(c, interface);
    capture_u32(c, (uint32_t)(ticks >> 32));
    capture_u32(c, (uint32_t)ticks);
    capture_u32(c, length);
    capture_u32(c, length);
    put_data(c, length, fill);
    capture_close(c);
}

/* --- reading -----------------------------------------------------------------------------------
 */

struct pieces {
    struct bytes_origin origin; /* first */
    uint8_t *bytes;             /* a copy of their exact length, so that a sanitizer sees its end */
    size_t at, length, largest;
};

static ssize_t give(struct bytes_origin *origin, struct bytes *by, uint8_t *into, size_t size)
{
    struct pieces *p = (struct pieces *)origin;
    size_t length = p->length - p->at;
    (void)by;
    length = length < size ? length : size;
    length = length < p->largest ? length : p->largest;
    if (length > 0)
        memcpy(into, p->bytes + p->at, length);
    p->at += length;
    return (ssize_t)length;
}

static void gone(struct bytes_origin *origin)
{
    free(((struct pieces *)origin)->bytes);
    free(origin);
}

struct bytes_origin *capture_origin(const struct capture *c, size_t length, size_t largest)
{
    struct pieces *p = malloc(sizeof *p);
    uint8_t *bytes = malloc(length + 1);
    assert_non_null(p);
    assert_non_null(bytes);
    memcpy(bytes, c->at, length);
    *p = (struct pieces){{give, gone}, bytes, 0, length, largest};
    return &p->origin;
}

struct capture_read capture_read(const struct capture *c, size_t length, size_t largest)
{
    static const volatile int stop;
    struct capture_read r = {.ended = SOURCE_DAMAGED};
    struct source *source =
        savefile_of(capture_origin(c, length, largest), "file", 2, NULL, &stop, r.error, &r.exit);
    if (!source)
        return r;
    struct frame frame;
    while ((r.ended = source_next(source, &frame)) == SOURCE_FRAME && r.frames < 64) {
        r.first[r.frames] = frame.captured > 0 ? frame.bytes[0] : 0;
        r.frame[r.frames++] = frame;
    }
    r.exit = source->exit;
    r.kernel_drops = source->kernel_drops;
    r.interface_drops = source->interface_drops;
    memcpy(r.error, source->error, sizeof r.error);
    source_close(source);
    return r;
}
