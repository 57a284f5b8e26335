/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capture filter, packet by packet: what the trackers need passes in every wrapping, of the
 * bulk at most two in a hundred do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "decoders/packet.h"
#include "sensor/capture/filter.h"
#include "wire.h"

#define SWG     "18.135.112.200"
#define SWG6    "2a05:d01c::200"
#define OTHER   "198.51.100.7"
#define OTHER6  "2001:db8:7::7"
#define CONTROL true
#define ALONE   false

/* How a packet may be wrapped: the link type and how many VLAN tags. */
static const struct wrapping {
    uint32_t linktype;
    unsigned tags;
} wrappings[] = {
    {DLT_EN10MB, 0},     {DLT_EN10MB, 1},    {DLT_EN10MB, 2},
    {DLT_LINUX_SLL, 0},  {DLT_LINUX_SLL, 1}, {DLT_LINUX_SLL2, 0},
    {DLT_LINUX_SLL2, 2}, {DLT_RAW, 0},       {DLT_NULL, 0},
};
#define WRAPPINGS (sizeof wrappings / sizeof *wrappings)

static void begin(struct wire *w, const struct wrapping *how, bool ipv6)
{
    const unsigned inner = ipv6 ? 0x86dd : 0x0800, outer = how->tags ? 0x8100 : inner;

    *w = (struct wire){0};
    switch (how->linktype) {
    case DLT_EN10MB:
        wire_ethernet(w, outer);
        break;
    case DLT_LINUX_SLL:
        wire_zero(w, 14);
        wire_be16(w, outer);
        break;
    case DLT_LINUX_SLL2:
        wire_be16(w, outer);
        wire_zero(w, 18);
        break;
    case DLT_NULL: { /* in this machine's byte order */
        uint32_t family = ipv6 ? 10 : 2;
        wire_bytes(w, &family, sizeof family);
        break;
    }
    default:
        break;
    }
    for (unsigned i = how->tags; i > 0; i--)
        wire_vlan(w, 10 + i, i > 1 ? 0x8100 : inner);
}

/* An IP packet's place while it is filled. */
struct ip_at {
    bool ipv6;
    size_t at;
};

static struct ip_at begin_ip(struct wire *w, const char *src, const char *dst, unsigned protocol)
{
    bool ipv6 = strchr(src, ':') != NULL;
    return (struct ip_at){ipv6, ipv6 ? wire_ipv6(w, src, dst, protocol)
                                     : wire_ipv4(w, src, dst, protocol)};
}

static void end_ip(struct wire *w, struct ip_at ip)
{
    if (ip.ipv6)
        wire_ipv6_end(w, ip.at);
    else
        wire_ipv4_end(w, ip.at);
}

/* --- Filters ---------------------------------------------------------------------------------- */

static struct prefix lone(const char *text)
{
    struct prefix p;
    assert_true(prefix_parse(text, &p));
    return p;
}

static void build(struct filter *out, uint32_t linktype, bool control, bool any)
{
    char error[FILTER_ERROR] = "";
    struct prefix resolver[] = {lone(RESOLVER), lone(RESOLVER6)}, swg[] = {lone(SWG), lone(SWG6)};
    const struct watch_snapshot watch = {.any_resolver = any,
                                         .any_swg = any,
                                         .resolver = resolver,
                                         .resolvers = 2,
                                         .swg = swg,
                                         .swgs = 2};
    if (!filter_build(out, &watch, control, linktype, 0, error))
        fail_msg("%s", error);
}

/* The bytes lie in memory of just their size. */
static bool passes(const struct bpf_program *program, const struct wire *w)
{
    uint8_t *bytes = wire_exact(w, w->length);
    struct pcap_pkthdr header = {.caplen = (uint32_t)w->length, .len = (uint32_t)w->length};
    bool result = pcap_offline_filter(program, &header, bytes) != 0;
    free(bytes);
    return result;
}

/* What libpcap makes of the text that people get. */
static void compile_text(struct bpf_program *out, bool control)
{
    struct prefix resolver[] = {lone(RESOLVER), lone(RESOLVER6)}, swg[] = {lone(SWG), lone(SWG6)};
    const struct watch_snapshot watch = {
        .resolver = resolver, .resolvers = 2, .swg = swg, .swgs = 2};
    struct filter about = {0};
    char error[FILTER_ERROR], *text = NULL;
    size_t length;
    FILE *file = open_memstream(&text, &length);

    assert_true(filter_print(&watch, control, file, &about, error));
    fclose(file);
    pcap_t *dead = pcap_open_dead(DLT_EN10MB, 65535);
    assert_int_equal(pcap_compile(dead, out, text, 1, PCAP_NETMASK_UNKNOWN), 0);
    pcap_close(dead);
    filter_free(&about);
    free(text);
}

/* --- TCP -------------------------------------------------------------------------------------- */

enum { FROM_CLIENT, FROM_SERVER };

struct segment {
    const char *what;
    int from;
    unsigned flags;
    const char *data;
    size_t size;   /* of data */
    size_t length; /* of the payload: data, then noise */
    bool swg;      /* passes where the server is an SWG */
    bool other;    /* … and another host, with the control group */
};

#define DATA(bytes) bytes, sizeof bytes - 1
#define ACK         TCP_ACK
#define PSH         (TCP_ACK | TCP_PSH)

static const struct segment segments[] = {
    {"SYN", FROM_CLIENT, TCP_SYN, DATA(""), 0, true, true},
    {"SYN with ECN", FROM_CLIENT, TCP_SYN | TCP_ECE | TCP_CWR, DATA(""), 0, true, true},
    {"SYN-ACK", FROM_SERVER, TCP_SYN | TCP_ACK, DATA(""), 0, true, true},
    {"RST", FROM_SERVER, TCP_RST, DATA(""), 0, true, true},
    {"RST-ACK", FROM_SERVER, TCP_RST | TCP_ACK, DATA(""), 0, true, true},
    {"client's RST", FROM_CLIENT, TCP_RST, DATA(""), 0, true, true},
    {"FIN", FROM_SERVER, TCP_FIN | TCP_ACK, DATA(""), 0, true, true},
    {"client's FIN with data", FROM_CLIENT, TCP_FIN | PSH, DATA("\x17\x03\x03"), 90, true, true},
    {"server's ACK", FROM_SERVER, ACK, DATA(""), 0, true, false},
    {"client's ACK", FROM_CLIENT, ACK, DATA(""), 0, false, false},
    {"ClientHello", FROM_CLIENT, PSH, DATA("\x16\x03\x01\x02\x00\x01"), 517, true, true},
    {"full-size ClientHello", FROM_CLIENT, ACK, DATA("\x16\x03\x01\x07"), 1460, true, true},
    {"ServerHello", FROM_SERVER, ACK, DATA("\x16\x03\x03\x00\x7a\x02"), 1400, true, true},
    {"alert", FROM_SERVER, PSH, DATA("\x15\x03\x03\x00\x02\x02\x28"), 7, true, true},
    {"change cipher spec", FROM_CLIENT, PSH, DATA("\x14\x03\x03\x00\x01\x01"), 80, true, true},
    {"CONNECT", FROM_CLIENT, PSH, DATA("CONNECT a.example:443 HTTP/1.1\r\n"), 60, true, true},
    {"GET", FROM_CLIENT, PSH, DATA("GET http://a.example/ HTTP/1.1\r\n"), 60, true, true},
    {"PUT", FROM_CLIENT, PSH, DATA("PUT / HTTP/1.1\r\n"), 60, true, true},
    {"POST", FROM_CLIENT, PSH, DATA("POST / HTTP/1.1\r\n"), 60, true, true},
    {"HEAD", FROM_CLIENT, PSH, DATA("HEAD / HTTP/1.1\r\n"), 60, true, true},
    {"OPTIONS", FROM_CLIENT, PSH, DATA("OPTIONS * HTTP/1.1\r\n"), 60, true, true},
    {"DELETE", FROM_CLIENT, PSH, DATA("DELETE / HTTP/1.1\r\n"), 60, true, true},
    {"PROPFIND", FROM_CLIENT, PSH, DATA("PROPFIND / HTTP/1.1\r\n"), 60, true, true},
    {"HTTP/2 preface", FROM_CLIENT, PSH, DATA("PRI * HTTP/2.0\r\n"), 24, true, true},
    {"status", FROM_SERVER, PSH, DATA("HTTP/1.1 200 OK\r\n"), 39, true, true},
    {"refusal", FROM_SERVER, PSH, DATA("HTTP/1.0 403 Forbidden\r\n"), 900, true, true},
    {"first data in tiny pieces", FROM_CLIENT, PSH, DATA("C"), 1, true, true},
    {"a piece of three", FROM_SERVER, PSH, DATA("\x16\x03\x03"), 3, true, true},
    {"record of data", FROM_SERVER, ACK, DATA("\x17\x03\x03\x40\x00"), 1460, false, false},
    {"small record", FROM_CLIENT, PSH, DATA("\x17\x03\x03\x00\x40"), 69, false, false},
    {"middle of a record", FROM_SERVER, ACK, DATA("\x91\x16\x03\x03"), 1460, false, false},
};
#define SEGMENTS (sizeof segments / sizeof *segments)

static void put_noise(struct wire *w, size_t length)
{
    while (length-- > 0)
        wire_u8(w, 0xa7);
}

static void put_segment(struct wire *w, const struct wrapping *how, const struct segment *s,
                        const char *client, const char *server)
{
    begin(w, how, strchr(client, ':') != NULL);
    bool up = s->from == FROM_CLIENT;
    struct ip_at ip = begin_ip(w, up ? client : server, up ? server : client, IPPROTO_TCP);
    wire_tcp(w, up ? 50000 : 443, up ? 443 : 50000, 1000, 2000, s->flags);
    wire_bytes(w, s->data, s->size < s->length ? s->size : s->length);
    put_noise(w, s->length - (s->size < s->length ? s->size : s->length));
    end_ip(w, ip);
}

/* Ethernet pads short frames: what follows the packet is no payload. */
static void pad(struct wire *w, const struct wrapping *how)
{
    while (how->linktype == DLT_EN10MB && w->length < 60)
        wire_u8(w, 0);
}

static void check_segment(const struct wrapping *how, const struct segment *s, bool ipv6)
{
    struct filter control, alone;
    struct wire w;
    const char *client = ipv6 ? CLIENT6 : CLIENT;

    build(&control, how->linktype, CONTROL, false);
    build(&alone, how->linktype, ALONE, false);
    for (int padded = 0; padded < 2; padded++) {
        put_segment(&w, how, s, client, ipv6 ? SWG6 : SWG);
        if (padded)
            pad(&w, how);
        if (passes(&control.program, &w) != s->swg || passes(&alone.program, &w) != s->swg)
            fail_msg("%s of an SWG: link type %u, %u tags", s->what, how->linktype, how->tags);
        put_segment(&w, how, s, client, ipv6 ? OTHER6 : OTHER);
        if (passes(&control.program, &w) != s->other || passes(&alone.program, &w))
            fail_msg("%s of another host: link type %u, %u tags", s->what, how->linktype,
                     how->tags);
        put_segment(&w, how, s, client, ipv6 ? RESOLVER6 : RESOLVER);
        if (!passes(&control.program, &w) || !passes(&alone.program, &w))
            fail_msg("%s of a resolver: link type %u, %u tags", s->what, how->linktype, how->tags);
    }
    filter_free(&control);
    filter_free(&alone);
}

static void tcp(void **state)
{
    (void)state;
    for (size_t i = 0; i < WRAPPINGS; i++)
        for (size_t k = 0; k < SEGMENTS; k++)
            for (int ipv6 = 0; ipv6 < 2; ipv6++)
                check_segment(&wrappings[i], &segments[k], ipv6);
}

/* Options of the TCP and IP headers move the data. */
static void headers_of_any_length(void **state)
{
    (void)state;
    struct filter filter;
    build(&filter, DLT_EN10MB, ALONE, false);
    for (unsigned options = 0; options <= 40; options += 4)
        for (int hello = 0; hello < 2; hello++) {
            struct wire w = {0};
            wire_ethernet(&w, 0x0800);
            size_t ip = w.length;
            wire_ipv4(&w, CLIENT, SWG, IPPROTO_TCP);
            w.bytes[ip] = (uint8_t)(0x45 + options / 4);
            wire_zero(&w, options);
            size_t at = w.length;
            wire_tcp(&w, 50000, 443, 1, 1, PSH);
            w.bytes[at + 12] = (uint8_t)(0x50 + (options / 4 << 4));
            wire_zero(&w, options);
            wire_bytes(&w, hello ? "\x16\x03\x01\x02" : "\x17\x03\x03\x02", 4);
            put_noise(&w, 400);
            wire_ipv4_end(&w, ip);
            assert_int_equal(passes(&filter.program, &w), hello);
        }
    filter_free(&filter);
}

/* --- Everything else -------------------------------------------------------------------------- */

struct datagram {
    const char *what, *src, *dst;
    unsigned src_port, dst_port;
    const char *data;
    size_t size;
    bool passes, any; /* any: with -R any */
};

#define QUERY                                                                                      \
    DATA("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x05"                                    \
         "debug")
#define ERROR    DATA("\x12\x34\x81\x81\x00\x00\x00\x00\x00\x00\x00\x00")
#define DNSCRYPT DATA("qc78aWoo0123456789abcdef")
#define PAIRED   DATA("r6fnvWj8\x01\x02\x03\x04")
#define INITIAL  DATA("\xc3\x00\x00\x00\x01\x08\x11\x22\x33\x44\x55\x66\x77\x88")
#define SHORT    DATA("\x51\x9c\xe2\x33\xf4\x45\x56\x67\x78\x89\x9a\xab")

static const struct datagram datagrams[] = {
    {"query", CLIENT, RESOLVER, 40000, 53, QUERY, true, true},
    {"query on 443", CLIENT, RESOLVER, 40000, 443, QUERY, true, true},
    {"answer on 443", RESOLVER, CLIENT, 443, 40000, ERROR, true, true},
    {"query elsewhere", CLIENT, OTHER, 40000, 53, QUERY, true, true},
    {"answer from elsewhere", OTHER6, CLIENT6, 53, 40000, QUERY, true, true},
    {"query on 443, IPv6", CLIENT6, RESOLVER6, 40000, 443, QUERY, true, true},
    {"DNSCrypt", CLIENT, RESOLVER, 40000, 443, DNSCRYPT, true, true},
    {"its answer, IPv6", RESOLVER6, CLIENT6, 443, 40000, PAIRED, true, true},
    {"DNSCrypt elsewhere", CLIENT6, OTHER6, 40000, 443, DNSCRYPT, false, true},
    {"its answer from elsewhere", OTHER, CLIENT, 443, 40000, PAIRED, false, true},
    {"query on 443 elsewhere", CLIENT, OTHER, 40000, 443, QUERY, false, true},
    {"error on 443 from elsewhere", OTHER6, CLIENT6, 443, 40000, ERROR, false, true},
    {"QUIC to the SWG", CLIENT, SWG, 40000, 443, INITIAL, false, false},
    {"QUIC on", SWG, CLIENT, 443, 40000, SHORT, false, false},
    {"QUIC elsewhere, IPv6", CLIENT6, OTHER6, 40000, 443, SHORT, false, false},
    {"mDNS", CLIENT, "224.0.0.251", 5353, 5353, QUERY, false, false},
    {"call", CLIENT, OTHER, 40000, 3478, SHORT, false, false},
};

static void udp(void **state)
{
    (void)state;
    for (size_t i = 0; i < WRAPPINGS; i++)
        for (size_t k = 0; k < sizeof datagrams / sizeof *datagrams; k++) {
            const struct datagram *d = &datagrams[k];
            struct filter alone, any;
            struct wire w;
            build(&alone, wrappings[i].linktype, ALONE, false);
            build(&any, wrappings[i].linktype, CONTROL, true);
            begin(&w, &wrappings[i], strchr(d->src, ':') != NULL);
            struct ip_at ip = begin_ip(&w, d->src, d->dst, IPPROTO_UDP);
            size_t at = wire_udp(&w, d->src_port, d->dst_port);
            wire_bytes(&w, d->data, d->size);
            wire_udp_end(&w, at);
            end_ip(&w, ip);
            if (passes(&alone.program, &w) != d->passes || passes(&any.program, &w) != d->any)
                fail_msg("%s: link type %u", d->what, wrappings[i].linktype);
            filter_free(&alone);
            filter_free(&any);
        }
}

static void icmp(void **state)
{
    (void)state;
    for (size_t i = 0; i < WRAPPINGS; i++)
        for (unsigned type = 0; type < 256; type++) {
            struct filter filter;
            struct wire w;
            build(&filter, wrappings[i].linktype, ALONE, false);
            begin(&w, &wrappings[i], false);
            struct ip_at ip = begin_ip(&w, "10.9.9.9", CLIENT, IPPROTO_ICMP);
            wire_icmp(&w, type, 13);
            end_ip(&w, ip);
            bool error = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
            assert_int_equal(passes(&filter.program, &w), error);
            begin(&w, &wrappings[i], true);
            ip = begin_ip(&w, "fe80::1", CLIENT6, IPPROTO_ICMPV6);
            wire_icmp(&w, type, 1);
            end_ip(&w, ip);
            assert_int_equal(passes(&filter.program, &w), type < 128);
            filter_free(&filter);
        }
}

/* Whoever sent them: what they are pieces of shows in the first only, or in none. */
static void fragments_and_extensions(void **state)
{
    static const unsigned extensions[] = {0, 43, 44, 51, 60, 135, 139, 140};
    static const unsigned fragments[] = {0x2000, 0x20b9, 0x0172};

    (void)state;
    for (size_t i = 0; i < WRAPPINGS; i++) {
        struct filter filter;
        struct wire w;
        build(&filter, wrappings[i].linktype, ALONE, false);
        for (size_t k = 0; k < sizeof fragments / sizeof *fragments; k++) {
            begin(&w, &wrappings[i], false);
            struct ip_at ip = begin_ip(&w, OTHER, CLIENT, IPPROTO_UDP);
            wire_set_be16(&w, ip.at + 6, fragments[k]);
            put_noise(&w, 16);
            end_ip(&w, ip);
            assert_true(passes(&filter.program, &w));
            wire_set_be16(&w, ip.at + 6, 0x4000); /* whole, and not to be split */
            assert_false(passes(&filter.program, &w));
        }
        for (size_t k = 0; k < sizeof extensions / sizeof *extensions; k++) {
            begin(&w, &wrappings[i], true);
            struct ip_at ip = begin_ip(&w, OTHER6, CLIENT6, extensions[k]);
            put_noise(&w, 24);
            end_ip(&w, ip);
            assert_true(passes(&filter.program, &w));
        }
        filter_free(&filter);
    }
}

/* --- The text --------------------------------------------------------------------------------- */

static void the_text_says_the_same(void **state)
{
    (void)state;
    for (int control = 0; control < 2; control++) {
        struct bpf_program text;
        struct filter filter;
        struct wire w;
        build(&filter, DLT_EN10MB, control, false);
        compile_text(&text, control);
        for (size_t i = 0; i < 3; i++)
            for (size_t k = 0; k < 4 * SEGMENTS; k++) {
                static const char *const servers[] = {SWG, OTHER, SWG6, OTHER6};
                const char *server = servers[k % 4];
                put_segment(&w, &wrappings[i], &segments[k / 4],
                            strchr(server, ':') ? CLIENT6 : CLIENT, server);
                assert_int_equal(passes(&filter.program, &w), passes(&text, &w));
            }
        pcap_freecode(&text);
        filter_free(&filter);
    }
}

/* --- Bulk ------------------------------------------------------------------------------------- */

static uint32_t noise(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void put_random(struct wire *w, size_t length, uint32_t *state)
{
    while (length-- > 0)
        wire_u8(w, noise(state) >> 8 & 0xff);
}

/* The make-up of web traffic, in packets: downloads with an acknowledgement every second segment,
 * some uploads, which the far end acknowledges in larger steps, and QUIC. */
static const struct {
    const char *what;
    unsigned share;
    int from;
    bool udp;
    size_t low, high; /* payload */
    const char *data; /* how every eighth begins */
} bulk[] = {
    {"download", 120, FROM_SERVER, false, 1200, 1460, "\x17\x03\x03\x40"},
    {"its acknowledgements", 60, FROM_CLIENT, false, 0, 0, ""},
    {"small records down", 12, FROM_SERVER, false, 30, 500, "\x17\x03\x03\x00"},
    {"small records up", 12, FROM_CLIENT, false, 30, 500, "\x17\x03\x03\x00"},
    {"upload", 16, FROM_CLIENT, false, 1200, 1460, "\x17\x03\x03\x40"},
    {"its acknowledgements", 2, FROM_SERVER, false, 0, 0, ""},
    {"QUIC down", 40, FROM_SERVER, true, 1000, 1350, "\x43"},
    {"QUIC up", 10, FROM_CLIENT, true, 30, 60, "\x43"},
};

static void put_bulk(struct wire *w, size_t kind, const struct wrapping *how, bool ipv6,
                     uint32_t *state)
{
    const char *client = ipv6 ? CLIENT6 : CLIENT, *server = ipv6 ? SWG6 : SWG;
    const bool up = bulk[kind].from == FROM_CLIENT;
    begin(w, how, ipv6);
    struct ip_at ip = begin_ip(w, up ? client : server, up ? server : client,
                               bulk[kind].udp ? IPPROTO_UDP : IPPROTO_TCP);
    size_t at = 0;
    if (bulk[kind].udp)
        at = wire_udp(w, up ? 50000 : 443, up ? 443 : 50000);
    else
        wire_tcp(w, up ? 50000 : 443, up ? 443 : 50000, noise(state), noise(state), TCP_ACK);
    size_t length = bulk[kind].low + noise(state) % (bulk[kind].high - bulk[kind].low + 1);
    if (length && noise(state) % 8 == 0) {
        size_t known = strnlen(bulk[kind].data, 4);
        wire_bytes(w, bulk[kind].data, known);
        length -= known;
    }
    put_random(w, length, state);
    if (at)
        wire_udp_end(w, at);
    end_ip(w, ip);
}

/* In thousandths. */
static unsigned share_passed(bool control, bool any)
{
    uint32_t state = 2463534242;
    unsigned total = 0, passed = 0;
    for (size_t i = 0; i < 3; i++) {
        struct filter filter;
        build(&filter, DLT_EN10MB, control, any);
        for (unsigned round = 0; round < 20; round++)
            for (size_t kind = 0; kind < sizeof bulk / sizeof *bulk; kind++)
                for (unsigned n = 0; n < bulk[kind].share; n++) {
                    struct wire w;
                    put_bulk(&w, kind, &wrappings[i], n % 2, &state);
                    passed += passes(&filter.program, &w);
                    total++;
                }
        filter_free(&filter);
    }
    return passed * 1000 / total;
}

static void the_bulk_stays_in_the_kernel(void **state)
{
    (void)state;
    for (int k = 0; k < 4; k++) {
        unsigned permille = share_passed(k & 1, k & 2);
        print_message("%s%s: %u.%u %% of the bulk pass\n", k & 1 ? "control group" : "alone",
                      k & 2 ? ", every address watched" : "", permille / 10, permille % 10);
        assert_true(permille <= 20);
    }
}

/* --- Many addresses --------------------------------------------------------------------------- */

static struct prefix numbered(bool ipv6, unsigned number)
{
    struct prefix p = lone(ipv6 ? "2a05:d000::7" : "18.0.0.7");
    p.addr.bytes[ipv6 ? 6 : 1] = (uint8_t)(number >> 8);
    p.addr.bytes[ipv6 ? 7 : 2] = (uint8_t)number;
    return p;
}

static void check_many(unsigned count, bool ipv6, unsigned width)
{
    struct prefix *swg = calloc(count, sizeof *swg);
    struct watch_snapshot watch = {.swg = swg, .swgs = count};
    char error[FILTER_ERROR] = "", address[ADDR_TEXT], text[FILTER_TEXT];
    struct filter filter;
    const struct segment *ack = &segments[8];

    for (unsigned i = 0; i < count; i++)
        swg[i] = numbered(ipv6, i);
    if (!filter_build(&filter, &watch, ALONE, DLT_EN10MB, 0, error))
        fail_msg("%s", error);
    assert_int_equal(filter.width, width);
    assert_true(filter.program.bf_len <= 4096);
    assert_int_equal(strstr(filter_describe(&filter, text), "too many") != NULL, width > 0);
    for (unsigned i = 0; i < count; i += 1 + count / 100) {
        struct wire w;
        addr_format(&swg[i].addr, address);
        put_segment(&w, &wrappings[i % 3], ack, ipv6 ? CLIENT6 : CLIENT, address);
        assert_true(passes(&filter.program, &w));
    }
    filter_free(&filter);
    free(swg);
}

static void many_addresses_widen_to_nets(void **state)
{
    (void)state;
    check_many(1, false, 0);
    check_many(200, false, 0);
    check_many(60, true, 0);
    check_many(256, false, 2); /* each in a /24 of its own, and none in a /20 */
    check_many(4000, false, 2);
    check_many(256, true, 2); /* /64 are as many as the addresses, /56 are few */
    check_many(60000, false, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcp),
        cmocka_unit_test(headers_of_any_length),
        cmocka_unit_test(udp),
        cmocka_unit_test(icmp),
        cmocka_unit_test(fragments_and_extensions),
        cmocka_unit_test(the_text_says_the_same),
        cmocka_unit_test(the_bulk_stays_in_the_kernel),
        cmocka_unit_test(many_addresses_widen_to_nets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
