/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets made by hand. */
#include "script.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BEGINNING (INT64_C(1724727996) * NS_PER_SEC)

static struct addr parse(const char *text)
{
    struct addr a;
    assert_true(addr_parse(text, &a));
    return a;
}

struct script script_new(void)
{
    return (struct script){
        .client = parse("192.0.2.10"),
        .server = parse("198.51.100.53"),
        .client_port = 40000,
        .server_port = 53,
    };
}

nstime script_at(double ms)
{
    return BEGINNING + (nstime)(ms * (double)NS_PER_MS);
}

uint64_t script_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static struct packet between(struct script *s, nstime time, bool from_client)
{
    struct packet p = {
        .ref = {.number = ++s->frame & 0xffffffffffff},
        .time = time,
        .src = from_client ? s->client : s->server,
        .dst = from_client ? s->server : s->client,
        .src_port = from_client ? s->client_port : s->server_port,
        .dst_port = from_client ? s->server_port : s->client_port,
        .ttl = from_client ? 128 : 57,
        .has_ip_id = true,
        .ip_id = (uint16_t)s->frame,
    };
    return p;
}

struct packet script_udp(struct script *s, nstime time, bool from_client)
{
    struct packet p = between(s, time, from_client);
    p.kind = PACKET_UDP;
    p.protocol = IPPROTO_UDP;
    return p;
}

struct packet script_tcp(struct script *s, nstime time, bool from_client, uint8_t flags,
                         uint32_t seq, uint32_t ack, uint32_t length)
{
    struct packet p = between(s, time, from_client);
    p.kind = PACKET_TCP;
    p.protocol = IPPROTO_TCP;
    p.tcp.flags = flags;
    p.tcp.seq = seq;
    p.tcp.ack = ack;
    p.tcp.window = 64240;
    p.payload_length = length;
    return p;
}

struct packet script_icmp(struct script *s, nstime time, uint8_t protocol)
{
    struct packet p = between(s, time, false);
    p.kind = PACKET_ICMP_ERROR;
    p.protocol = IPPROTO_ICMP;
    p.src = parse("192.0.2.1");
    p.src_port = p.dst_port = 0;
    p.ttl = 64;
    p.icmp.type = 3;
    p.icmp.code = 13;
    p.icmp.quote = (struct packet_quote){
        .src = s->client,
        .dst = s->server,
        .protocol = protocol,
        .has_ports = true,
        .src_port = s->client_port,
        .dst_port = s->server_port,
    };
    return p;
}

static void decode(struct script_dns *d)
{
    d->packet.payload = cursor_make(d->wire.bytes, d->wire.length);
    d->packet.payload_length = (uint32_t)d->wire.length;
    assert_true(dns_decode(d->packet.payload, d->wire.length, &d->message));
}

void script_query(struct script *s, struct script_dns *d, nstime time, unsigned id,
                  const char *name, unsigned type)
{
    d->wire.length = 0;
    d->packet = script_udp(s, time, true);
    wire_dns(&d->wire, id, 0x0100, 1, 0, 0, 0);
    wire_question(&d->wire, name, type);
    decode(d);
}

static void record(struct wire *w, const char *owner, const char *text)
{
    char explicit_owner[256];
    if (sscanf(text, "owner %255s", explicit_owner) == 1) {
        owner = explicit_owner;
        text = strchr(text + strlen("owner "), ' ') + 1;
    }
    const char *data = strchr(text, ' ') + 1;
    if (strncmp(text, "TXT ", 4) == 0) {
        wire_txt(w, owner, data);
        return;
    }
    const unsigned type = text[0] == 'C' ? DNS_CNAME : strncmp(text, "AAAA", 4) ? DNS_A : DNS_AAAA;
    const size_t at = wire_record(w, owner, type, 300);
    if (type == DNS_CNAME) {
        wire_name(w, data);
    } else {
        const struct addr a = parse(data);
        wire_bytes(w, a.bytes, type == DNS_A ? 4 : 16);
    }
    wire_record_end(w, at);
}

void script_answer(struct script *s, struct script_dns *d, nstime time, unsigned id,
                   const char *name, unsigned type, unsigned rcode, const char *const texts[])
{
    unsigned records = 0;
    while (texts && texts[records])
        records++;
    d->wire.length = 0;
    d->packet = script_udp(s, time, false);
    wire_dns(&d->wire, id, 0x8180 | rcode, name ? 1 : 0, records, 0, 0);
    if (name)
        wire_question(&d->wire, name, type);
    for (unsigned i = 0; i < records; i++)
        record(&d->wire, name ? name : "", texts[i]);
    decode(d);
}
