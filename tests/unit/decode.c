/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decode: see decode.h. */
#include "decode.h"

#include <stdlib.h>
#include <string.h>

static uint8_t *memory;

enum packet_status decode_part(const struct wire *w, uint32_t linktype, size_t captured,
                               size_t length, struct packet *out)
{
    free(memory);
    memory = wire_exact(w, captured);
    struct frame frame = {.ref = {.number = 7, .file = 1},
                          .time = 42,
                          .linktype = linktype,
                          .length = (uint32_t)length,
                          .captured = (uint32_t)captured,
                          .bytes = memory};
    memset(out, 0xa5, sizeof *out); /* what is not set must show */
    return packet_decode(&frame, 0, out);
}

enum packet_status decode(const struct wire *w, uint32_t linktype, struct packet *out)
{
    return decode_part(w, linktype, w->length, w->length, out);
}

int decode_done(void **state)
{
    (void)state;
    free(memory);
    memory = NULL;
    return 0;
}

static void put_query(struct wire *w)
{
    size_t udp = wire_udp(w, 50000, 53);
    wire_dns(w, 0xf7fb, 0x0100, 1, 0, 0, 0);
    wire_question(w, "debug.opendns.com", 16);
    wire_udp_end(w, udp);
}

void wire_query_ipv4(struct wire *w)
{
    size_t ip = wire_ipv4(w, CLIENT, RESOLVER, 17);
    put_query(w);
    wire_ipv4_end(w, ip);
}

void wire_query_ipv6(struct wire *w)
{
    size_t ip = wire_ipv6(w, CLIENT6, RESOLVER6, 17);
    put_query(w);
    wire_ipv6_end(w, ip);
}

bool addr_is(const struct addr *a, const char *text)
{
    struct addr b;
    return addr_parse(text, &b) && addr_equal(a, &b);
}

bool is_query(const struct packet *p, uint8_t family)
{
    bool v4 = family == ADDR_IPV4;
    return p->kind == PACKET_UDP && addr_is(&p->src, v4 ? CLIENT : CLIENT6) &&
           addr_is(&p->dst, v4 ? RESOLVER : RESOLVER6) && p->protocol == 17 && p->ttl == 64 &&
           p->src_port == 50000 && p->dst_port == 53 && p->payload_length == 35 &&
           cursor_left(&p->payload) == 35 && p->payload.at[0] == 0xf7 && p->payload.at[1] == 0xfb;
}
