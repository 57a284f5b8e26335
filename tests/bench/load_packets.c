/* SPDX-License-Identifier: GPL-2.0-or-later */
/* load_packets: the bytes of a load's packets, with real checksums. A packet depends on nothing but
 * its flow and its step, so the plan can be sorted before a byte is built. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "load.h"

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMPV6 = 58 };
enum { FIN_BIT = 1, SYN_BIT = 2, RST_BIT = 4, PSH_BIT = 8, ACK_BIT = 16 };
enum { TYPE_A = 1, TYPE_TXT = 16, TYPE_AAAA = 28 };

/* Bytes under construction. All packets are far smaller than the room. */
struct bytes {
    uint8_t at[FRAME_MAX];
    size_t length;
};

static void put(struct bytes *b, const void *from, size_t n)
{
    if (n <= sizeof b->at - b->length) {
        memcpy(b->at + b->length, from, n);
        b->length += n;
    }
}

static void put8(struct bytes *b, unsigned v)
{
    uint8_t byte = (uint8_t)v;
    put(b, &byte, 1);
}

static void put16(struct bytes *b, unsigned v)
{
    put8(b, v >> 8);
    put8(b, v);
}

static void put32(struct bytes *b, uint32_t v)
{
    put16(b, v >> 16);
    put16(b, v);
}

static void put_noise(struct bytes *b, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++)
        put8(b, (unsigned)(mix(seed, i, 77) & 0xff));
}

uint64_t mix(uint64_t seed, uint64_t flow, uint64_t salt)
{
    uint64_t z = seed + flow * 0x9E3779B97F4A7C15U + salt * 0xD1342543DE82EF95U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

/* Who talks to whom in one flow. */
struct route {
    bool ipv6;
    uint8_t client[16], server[16], router[16];
    uint8_t mac[6];
    uint16_t vlan; /* 0: none */
    uint8_t server_ttl;
    uint16_t client_port, server_port;
};

static const char *const RESOLVER4[] = {"208.67.222.222", "208.67.220.220"};
static const char *const RESOLVER6[] = {"2620:119:53::53", "2620:119:35::35"};
static const char *const SWG4[] = {"18.135.112.200", "146.112.255.50", "18.168.44.17",
                                   "35.178.12.90",   "52.56.201.8",    "3.11.77.140"};
static const char *const SWG6[] = {"2a05:d01c:7a4:1200::11", "2a05:d01c:7a4:1201::27",
                                   "2a05:d01c:7a4:1202::3c"};
static const char *const LOCAL4[] = {"10.255.0.53"}, *const LOCAL6[] = {"2001:db8:ffff::53"};
static const char *const PUBLIC4[] = {"93.184.215.14", "151.101.66.137", "104.18.32.47",
                                      "34.120.208.123"};
static const char *const PUBLIC6[] = {"2606:4700::6812:202f", "2a04:4e42:200::649"};

#define LIST(list)                                                                                 \
    {                                                                                              \
        list, sizeof(list) / sizeof((list)[0])                                                     \
    }

static const struct {
    const char *const *text;
    size_t count;
} SERVERS[][2] = {
    [SERVER_RESOLVER] = {LIST(RESOLVER4), LIST(RESOLVER6)},
    [SERVER_SWG] = {LIST(SWG4), LIST(SWG6)},
    [SERVER_LOCAL] = {LIST(LOCAL4), LIST(LOCAL6)},
    [SERVER_PUBLIC] = {LIST(PUBLIC4), LIST(PUBLIC6)},
};

static struct route route_of(const struct script *script, const struct flow *flow, uint64_t chance)
{
    uint32_t n = flow->client;
    struct route r = {.ipv6 = n % 5 == 4, .client_port = flow->port, .server_ttl = 52};
    const uint8_t mac[6] = {
        0x02, 0x4c, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    memcpy(r.mac, mac, 6);
    r.vlan = n % 4 == 1 ? (uint16_t)(10 + n % 7) : 0;
    size_t pick = (size_t)(chance % SERVERS[script->server][r.ipv6].count);
    const char *server = SERVERS[script->server][r.ipv6].text[pick];
    if (r.ipv6) {
        const uint8_t prefix[] = {0x20, 0x01, 0x0d, 0xb8, 0, 1};
        memcpy(r.client, prefix, sizeof prefix);
        r.client[12] = 1;
        memcpy(r.client + 13, mac + 3, 3);
        memcpy(r.router, prefix, sizeof prefix);
        r.router[15] = 1;
        (void)inet_pton(AF_INET6, server, r.server);
    } else {
        /* 10.1.0.0 onwards; the router is 10.0.0.1. */
        uint32_t address = htonl(0x0a010000U + n);
        memcpy(r.client, &address, 4);
        const uint8_t router[4] = {10, 0, 0, 1};
        memcpy(r.router, router, 4);
        (void)inet_pton(AF_INET, server, r.server);
    }
    bool encrypted = chance >> 20 & 1;
    if (script->server == SERVER_LOCAL)
        r.server_port = 53;
    else if (script->server == SERVER_RESOLVER)
        r.server_port = encrypted ? 443 : 53;
    else
        r.server_port = (chance >> 21 & 7) == 0 ? 80 : 443;
    if (script->group == GROUP_NOISE && script->server == SERVER_RESOLVER)
        r.server_port = 443;
    return r;
}

static uint32_t add_up(const uint8_t *at, size_t n, uint32_t sum)
{
    for (size_t i = 0; i + 1 < n; i += 2)
        sum += (uint32_t)at[i] << 8 | at[i + 1];
    return n % 2 ? sum + ((uint32_t)at[n - 1] << 8) : sum;
}

static uint16_t fold(uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* The IP packet around a transport segment, whose checksum field is at `check`. */
static void put_ip(struct bytes *out, const struct route *r, const uint8_t *src, const uint8_t *dst,
                   uint8_t ttl, unsigned protocol, struct bytes *segment, size_t check,
                   uint16_t ident)
{
    size_t size = r->ipv6 ? 16 : 4, length = segment->length;
    uint32_t sum = 0;
    if (protocol != PROTO_ICMP) {
        sum = add_up(dst, size, add_up(src, size, 0));
        sum += (uint32_t)protocol + (uint32_t)length;
    }
    uint16_t checksum = fold(add_up(segment->at, length, sum));
    if (checksum == 0 && protocol == PROTO_UDP)
        checksum = 0xffff;
    segment->at[check] = (uint8_t)(checksum >> 8);
    segment->at[check + 1] = (uint8_t)checksum;
    if (r->ipv6) {
        put32(out, 0x60000000U);
        put16(out, (unsigned)length);
        put8(out, protocol);
        put8(out, ttl);
    } else {
        size_t start = out->length;
        put16(out, 0x4500);
        put16(out, (unsigned)length + 20);
        put16(out, ident);
        put16(out, 0x4000);
        put8(out, ttl);
        put8(out, protocol);
        uint16_t head = fold(add_up(dst, 4, add_up(src, 4, add_up(out->at + start, 10, 0))));
        put16(out, head);
    }
    put(out, src, size);
    put(out, dst, size);
    put(out, segment->at, length);
}

static void put_name(struct bytes *b, const char *name)
{
    while (*name) {
        size_t n = strcspn(name, ".");
        put8(b, (unsigned)n);
        put(b, name, n);
        name += n + (name[n] == '.');
    }
    put8(b, 0);
}

static void put_record(struct bytes *b, unsigned type, uint32_t ttl, const void *data, size_t n)
{
    put16(b, 0xc00c);
    put16(b, type);
    put16(b, 1);
    put32(b, ttl);
    put16(b, (unsigned)n);
    put(b, data, n);
}

static void put_text(struct bytes *b, const char *text)
{
    uint8_t data[256];
    size_t n = strlen(text);
    data[0] = (uint8_t)n;
    memcpy(data + 1, text, n);
    put_record(b, TYPE_TXT, 0, data, n + 1);
}

/* The certificate of domain fact 2.4, made up but for its form. */
static void put_certificate(struct bytes *b, uint64_t chance)
{
    struct bytes c = {.length = 0};
    put8(&c, 124);
    put(&c, "DNSC\0\1\0\0", 8);
    put_noise(&c, 96, chance);
    put(&c, "qR4mTz8w", 8);
    put32(&c, 1721260800U);
    put32(&c, 1721260800U);
    put32(&c, 1752796800U);
    put_record(b, TYPE_TXT, 600, c.at, c.length);
}

/* Question's name and type. */
static unsigned question(const struct script *script, const struct flow *flow,
                         const struct route *r, uint64_t number, uint64_t chance, char name[96])
{
    if (script->names == NAMES_SWG) {
        snprintf(name, 96, "swg-url-proxy-https-%u.sseproxy.qq.opendns.com",
                 7000001U + flow->number);
        return r->ipv6 ? TYPE_AAAA : TYPE_A;
    }
    if (flow->own) {
        snprintf(name, 96, "%s",
                 chance >> 30 & 3 ? "debug.opendns.com" : "2.dnscrypt-cert.opendns.com");
        return TYPE_TXT;
    }
    snprintf(name, 96, "host%u.example.com", (unsigned)(number % 5000));
    return chance >> 30 & 1 ? TYPE_A : TYPE_AAAA;
}

static unsigned put_good_answers(struct bytes *b, const struct script *script,
                                 const struct flow *flow, const char *name, unsigned type,
                                 uint64_t chance)
{
    uint8_t data[16];
    if (flow->own && name[0] == '2') {
        put_certificate(b, chance);
        return 1;
    }
    if (flow->own) {
        put_text(b, "server r7.lon");
        put_text(b, "flags 20 0 2f4 4000800000000000000");
        put_text(b, "id 0");
        put_text(b, "source 203.0.113.7:40123");
        return 4;
    }
    const char *const *list = type == TYPE_A ? PUBLIC4 : PUBLIC6;
    unsigned count = 1;
    if (script->names == NAMES_SWG) {
        list = type == TYPE_A ? SWG4 : SWG6;
        count = type == TYPE_A ? 6 : 3;
    }
    for (unsigned i = 0; i < count; i++) {
        (void)inet_pton(type == TYPE_A ? AF_INET : AF_INET6, list[i], data);
        put_record(b, type, 60, data, type == TYPE_A ? 4 : 16);
    }
    return count;
}

static void put_dns(struct bytes *b, const struct script *script, const struct flow *flow,
                    const struct route *r, uint64_t number, enum what what, uint64_t chance)
{
    static const unsigned ERRORS[] = {2, 5, 1, 4};
    char name[96];
    unsigned type = question(script, flow, r, number, chance, name);
    unsigned id = (unsigned)(chance >> 40 & 0xffff), flags = 0x8180, answers = 0;
    size_t start = b->length;
    if (what == QUERY)
        flags = 0x0100;
    else if (what == ANSWER_TRUNCATED)
        flags |= 0x0200;
    else if (what == ANSWER_NXDOMAIN)
        flags |= 3;
    else if (what == ANSWER_ERROR)
        flags |= ERRORS[chance >> 33 & 3];
    put16(b, what == ANSWER_WRONG_ID ? id ^ 0x5a5a : id);
    put16(b, flags);
    put16(b, 1);
    put32(b, 0);
    put16(b, 0);
    put_name(b, name);
    put16(b, type);
    put16(b, 1);
    if (what == ANSWER || what == ANSWER_WRONG_ID) {
        answers = put_good_answers(b, script, flow, name, type, chance);
    } else if (what == ANSWER_TEXT) {
        put_text(b, "I am not an OpenDNS resolver.");
        answers = 1;
    }
    b->at[start + 7] = (uint8_t)answers;
}

static void put_encrypted(struct bytes *b, enum what what, uint64_t chance)
{
    if (what == ENCRYPTED_QUERY) {
        put(b, "qR4mTz8w", 8);
        put_noise(b, 32, chance);
        put_noise(b, 12, chance + 1);
    } else {
        put(b, "r6fnvWj8", 8);
        put_noise(b, 12, chance + 1);
        put_noise(b, 12, chance + 2);
    }
    put_noise(b, 272, chance + 3);
}

static void udp_segment(struct bytes *b, unsigned src, unsigned dst, const struct bytes *payload)
{
    put16(b, src);
    put16(b, dst);
    put16(b, (unsigned)payload->length + 8);
    put16(b, 0);
    put(b, payload->at, payload->length);
}

/* Was such a step of this connection before? Then its bytes are in the sequence numbers. */
static bool before(const struct script *script, unsigned step, unsigned connection, enum what what)
{
    for (unsigned i = 0; i < step; i++)
        if (script->steps[i].what == what && script->steps[i].connection == connection)
            return true;
    return false;
}

static const char CONNECT[] = "CONNECT www.example.com:443 HTTP/1.1\r\n\r\n";
static const char ESTABLISHED[] = "HTTP/1.1 200 Connection established\r\n\r\n";
static const uint8_t SYN_OPTIONS[] = {2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2};

struct tcp_form {
    uint8_t flags;
    uint16_t window;
    bool up;
    const char *payload;
};

static const struct tcp_form TCP_FORMS[] = {
    [SYN] = {SYN_BIT, 64240, true, NULL},
    [SYNACK] = {SYN_BIT | ACK_BIT, 64240, false, NULL},
    [ACKED] = {ACK_BIT, 1026, true, NULL},
    [DATA] = {PSH_BIT | ACK_BIT, 1026, true, CONNECT},
    [DATA_ACK] = {ACK_BIT, 501, false, NULL},
    [SERVER_DATA] = {PSH_BIT | ACK_BIT, 501, false, ESTABLISHED},
    [CLIENT_FIN] = {FIN_BIT | ACK_BIT, 1026, true, NULL},
    [SERVER_FIN] = {FIN_BIT | ACK_BIT, 501, false, NULL},
    [CLIENT_RST] = {RST_BIT, 0, true, NULL},
    [SERVER_RST] = {RST_BIT | ACK_BIT, 0, false, NULL},
    [REFUSE] = {RST_BIT | ACK_BIT, 0, false, NULL},
    [REFUSE_BARE] = {RST_BIT, 0, false, NULL},
    [REFUSE_STRAY] = {RST_BIT | ACK_BIT, 0, false, NULL},
    [BULK] = {ACK_BIT, 501, false, NULL},
};

static void tcp_segment(struct bytes *b, const struct script *script, const struct route *r,
                        unsigned step, uint64_t seed, uint64_t number, uint32_t sent)
{
    bool bulk = script->steps[step].what == END;
    unsigned connection = bulk ? 0 : script->steps[step].connection;
    enum what what = bulk ? BULK : script->steps[step].what;
    const struct tcp_form *form = &TCP_FORMS[what];
    uint32_t isn = (uint32_t)mix(seed, number, 100 + connection);
    uint32_t peer = (uint32_t)mix(seed, number, 200 + connection);
    /* The client's data counts before it is acknowledged, but not in its own (repeated) segment. */
    bool said = what != DATA && before(script, step, connection, DATA);
    uint32_t up = isn + 1 + (said ? (uint32_t)strlen(CONNECT) : 0);
    uint32_t down = peer + 1;
    if (before(script, step, connection, SERVER_DATA))
        down += (uint32_t)strlen(ESTABLISHED);
    up += before(script, step, connection, CLIENT_FIN);
    down += before(script, step, connection, SERVER_FIN);
    uint32_t seq = form->up ? up : down + sent, ack = form->up ? down : up;
    if (what == SYN)
        seq = isn, ack = 0;
    else if (what == SYNACK)
        seq = peer;
    else if (what == REFUSE || what == REFUSE_BARE || what == REFUSE_STRAY)
        seq = 0;
    if (what == REFUSE_STRAY)
        ack += 100000;
    if (!(form->flags & ACK_BIT))
        ack = 0;
    unsigned client_port = r->client_port + (connection == 1 ? 1U : 0U);
    put16(b, form->up ? client_port : r->server_port);
    put16(b, form->up ? r->server_port : client_port);
    put32(b, seq);
    put32(b, ack);
    put8(b, form->flags & SYN_BIT ? 0x80 : 0x50);
    put8(b, form->flags);
    put16(b, form->window);
    put32(b, 0);
    if (form->flags & SYN_BIT)
        put(b, SYN_OPTIONS, sizeof SYN_OPTIONS);
    if (form->payload)
        put(b, form->payload, strlen(form->payload));
    if (bulk)
        put_noise(b, BULK_BYTES, seed);
}

/* The packet that step sends, without a link layer; *up is its direction. */
static void put_packet(struct bytes *out, const struct script *script, const struct flow *flow,
                       const struct route *r, uint64_t number, unsigned step, uint64_t seed,
                       uint32_t sent, bool *up)
{
    enum what what = script->steps[step].what == END ? BULK : script->steps[step].what;
    uint64_t chance = mix(seed, number, 1);
    struct bytes payload = {.length = 0}, segment = {.length = 0};
    uint16_t ident = (uint16_t)(mix(seed, number, 300 + step) | 1);
    if (what >= SYN) {
        *up = TCP_FORMS[what].up;
        tcp_segment(&segment, script, r, step, seed, number, sent);
    } else {
        *up = what == QUERY || what == ENCRYPTED_QUERY;
        if (what == ENCRYPTED_QUERY || what == ENCRYPTED_ANSWER)
            put_encrypted(&payload, what, chance);
        else
            put_dns(&payload, script, flow, r, number, what, chance);
        udp_segment(&segment, *up ? r->client_port : r->server_port,
                    *up ? r->server_port : r->client_port, &payload);
    }
    put_ip(out, r, *up ? r->client : r->server, *up ? r->server : r->client,
           *up ? 128 : r->server_ttl, what >= SYN ? PROTO_TCP : PROTO_UDP, &segment,
           what >= SYN ? 16 : 6, ident);
}

/* ICMP 3/2, 3/3, 3/9, 3/10, 3/13 and ICMPv6 1/1, 1/4, 1/5, 1/6: each quotes the flow's first
 * packet, in IPv4 often no more than eight bytes of it behind the header (RFC 792). */
static void put_error(struct bytes *out, const struct script *script, const struct flow *flow,
                      const struct route *r, uint64_t number, uint64_t seed)
{
    static const uint8_t CODES4[] = {13, 3, 9, 10, 2, 13, 3, 13}, CODES6[] = {1, 4, 5, 6};
    struct bytes quote = {.length = 0}, segment = {.length = 0};
    bool up = false;
    uint64_t chance = mix(seed, number, 2);
    put_packet(&quote, script, flow, r, number, 0, seed, 0, &up);
    if (!r->ipv6 && chance & 8)
        quote.length = 28;
    put8(&segment, r->ipv6 ? 1 : 3);
    put8(&segment, r->ipv6 ? CODES6[chance & 3] : CODES4[chance & 7]);
    put16(&segment, 0);
    put32(&segment, 0);
    put(&segment, quote.at, quote.length);
    put_ip(out, r, r->router, r->client, 64, r->ipv6 ? PROTO_ICMPV6 : PROTO_ICMP, &segment, 2,
           (uint16_t)(chance | 1));
}

/* A question to the group: no exchange. */
static void put_group(struct bytes *out, const struct route *r)
{
    static const uint8_t GROUP4[] = {224, 0, 0, 251};
    static const uint8_t GROUP6[16] = {0xff, 2, [15] = 0xfb};
    struct bytes payload = {.length = 0}, segment = {.length = 0};
    put32(&payload, 0);
    put16(&payload, 1);
    put32(&payload, 0);
    put16(&payload, 0);
    put_name(&payload, "_printer._tcp.local");
    put32(&payload, 12U << 16 | 1);
    udp_segment(&segment, 5353, 5353, &payload);
    put_ip(out, r, r->client, r->ipv6 ? GROUP6 : GROUP4, 255, PROTO_UDP, &segment, 6, 1);
}

size_t build_frame(uint8_t frame[FRAME_MAX], const struct script *script, const struct flow *flow,
                   uint64_t flow_number, unsigned step, uint64_t seed, uint32_t sent)
{
    static const uint8_t ROUTER_MAC[6] = {0x00, 0x1b, 0x2f, 0x5e, 0x41, 0x07};
    struct route r = route_of(script, flow, mix(seed, flow_number, 1));
    struct bytes packet = {.length = 0}, out = {.length = 0};
    bool up = false;
    if (script->steps[step].what == ICMP_ERROR) {
        put_error(&packet, script, flow, &r, flow_number, seed);
    } else if (script->steps[step].what == GROUP_QUERY) {
        up = true;
        put_group(&packet, &r);
    } else {
        put_packet(&packet, script, flow, &r, flow_number, step, seed, sent, &up);
    }
    put(&out, up ? ROUTER_MAC : r.mac, 6);
    put(&out, up ? r.mac : ROUTER_MAC, 6);
    if (r.vlan) {
        put16(&out, 0x8100);
        put16(&out, r.vlan);
    }
    put16(&out, r.ipv6 ? 0x86dd : 0x0800);
    put(&out, packet.at, packet.length);
    while (out.length < 60)
        put8(&out, 0);
    memcpy(frame, out.at, out.length);
    return out.length;
}
