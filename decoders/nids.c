/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reassembler that libnids is. Its raw input path can be attacked and it knows no IPv6, so it
 * never sees a packet off the wire: each one that it gets is written here, with a header of 20
 * bytes, numbers for addresses, and just as long as it says. It is not told of handshakes, resets
 * or time either: a stream is opened by three packets of our own, and what is no longer wanted is
 * completed or freed at once. */
#include "reassembler.h"

#ifdef HAVE_NIDS

#include <nids.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IP_HEADER  20u
#define TCP_HEADER 20u
#define SYN_HEADER 24u
#define PACKET     65536u

#define PROTOCOL_TCP  6
#define PROTOCOL_TEST 253 /* RFC 3692: libnids hands such a packet back, and looks no further */

#define MORE_FRAGMENTS 0x2000u

#define TCP_SYN_FLAG 0x02u
#define TCP_ACK_FLAG 0x10u
#define WINDOW       65535u /* times 2^14: libnids is never told what was acknowledged */
#define WINDOW_SHIFT 14u

/* Addresses: which number, and what it is of. The datagrams' are multiples of their number apart
 * from the first, so that libnids' table of n_hosts has one in each place. */
#define ADDRESS_CLIENT   0x0a000000u
#define ADDRESS_SERVER   0x0b000000u
#define ADDRESS_DATAGRAM 0x0c000000u

/* What libnids charges for each packet that it keeps, besides its bytes. It throws the newest away
 * beyond 256 KiB of fragments, and all segments beyond 64 KiB: so these bound their number. */
#define CHARGE_FRAGMENT 10240
#define CHARGE_SEGMENT  3800

/* A segment, and all that waited for it. */
#define ORDERED (3u * PACKET)

struct reassembler {
    pcap_t *dead; /* what libnids takes for its capture; NULL until it was started */
    struct pcap_pkthdr header;
    alignas(16) uint8_t packet[PACKET];
    uint32_t datagram[REASSEMBLER_DATAGRAMS], stream[REASSEMBLER_STREAMS]; /* the free numbers */
    size_t datagrams, streams;                                             /* so many are free */
    uint16_t generation[REASSEMBLER_DATAGRAMS]; /* of the number: the IP header's id */
    uint32_t end[REASSEMBLER_DATAGRAMS]; /* of the fragments that libnids may hold; 0: none */
    /* What the callbacks found in the call that is going on. */
    bool overlap, whole, lost;
    size_t length;
    uint8_t out[ORDERED];
};

/* libnids keeps all its state in the process, and its callbacks get no pointer of ours. */
static struct reassembler the_only;

/* --- Called by libnids ------------------------------------------------------------------------ */

static void on_warning(int type, int error, void *ip, void *data)
{
    (void)type;
    (void)ip; /* may be damaged */
    (void)data;
    the_only.overlap = the_only.overlap || error == NIDS_WARN_IP_OVERLAP;
    the_only.lost =
        the_only.lost || error == NIDS_WARN_TCP_BIGQUEUE || error == NIDS_WARN_TCP_TOOMUCH;
}

/* It goes on as if there were memory where this returns. */
static void on_no_memory(char *where)
{
    fprintf(stderr, "There is not enough memory for libnids (%s).\n", where);
    abort();
}

static void give_out(const void *bytes, size_t length)
{
    struct reassembler *r = &the_only;
    if (length > sizeof r->out - r->length) {
        r->lost = true;
        return;
    }
    memcpy(r->out + r->length, bytes, length);
    r->length += length;
}

/* Every packet that is whole, put together or not. */
static void on_ip(const uint8_t *packet, int length)
{
    size_t total = (size_t)(packet[2] << 8 | packet[3]);
    (void)length; /* not the packet's */
    if (packet[9] != PROTOCOL_TEST || total < IP_HEADER)
        return;
    the_only.whole = true;
    give_out(packet + IP_HEADER, total - IP_HEADER);
}

static void on_tcp(struct tcp_stream *stream, void **unused)
{
    (void)unused;
    if (stream->nids_state == NIDS_JUST_EST) {
        stream->client.collect++;
        stream->server.collect++;
    } else if (stream->nids_state == NIDS_DATA) {
        const struct half_stream *half =
            stream->client.count_new > 0 ? &stream->client : &stream->server;
        size_t held = (size_t)(half->count - half->offset), fresh = (size_t)half->count_new;
        if (half->count_new > 0 && fresh <= held)
            give_out(half->data + (held - fresh), fresh);
    } else {
        the_only.lost = true;
    }
}

/* --- Feeding ---------------------------------------------------------------------------------- */

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

/* What is behind the IP header stands in the packet already. */
static void feed(struct reassembler *r, unsigned protocol, uint32_t src, uint32_t dst, unsigned id,
                 unsigned fragment, size_t length)
{
    uint8_t *ip = r->packet;
    memset(ip, 0, IP_HEADER);
    ip[0] = 0x45;
    put16(ip + 2, (unsigned)(IP_HEADER + length));
    put16(ip + 4, id);
    put16(ip + 6, fragment);
    ip[8] = 64;
    ip[9] = (uint8_t)protocol;
    put32(ip + 12, src);
    put32(ip + 16, dst);
    r->header.caplen = r->header.len = (bpf_u_int32)(IP_HEADER + length);
    nids_pcap_handler(NULL, &r->header, ip);
}

/* --- Fragments -------------------------------------------------------------------------------- */

static void feed_piece(struct reassembler *r, uint32_t number, uint32_t offset, bool more,
                       size_t length)
{
    const uint32_t address = ADDRESS_DATAGRAM | number;
    r->overlap = r->whole = r->lost = false;
    r->length = 0;
    nids_params.sk_buff_size = CHARGE_FRAGMENT;
    feed(r, PROTOCOL_TEST, address, address, r->generation[number],
         offset / 8 | (more ? MORE_FRAGMENTS : 0), length);
    nids_params.sk_buff_size = CHARGE_SEGMENT;
}

uint32_t reassembler_datagram(struct reassembler *r)
{
    if (r->datagrams == 0)
        return REASSEMBLER_NONE;
    uint32_t number = r->datagram[--r->datagrams];
    r->generation[number]++;
    r->end[number] = 0;
    return number;
}

/* libnids copies a header and eight bytes of what it keeps first, whatever its length: a shorter
 * one is filled up. */
enum piece_fate reassembler_piece(struct reassembler *r, uint32_t number, uint32_t offset,
                                  bool more, struct cursor bytes, struct cursor *whole)
{
    size_t length = cursor_left(&bytes);
    if (length == 0 || length > DATAGRAM_LONGEST || offset > DATAGRAM_LONGEST - length ||
        offset % 8 != 0 || (more && length % 8 != 0))
        return PIECE_BAD;
    memset(r->packet + IP_HEADER, 0, 8);
    memcpy(r->packet + IP_HEADER, bytes.at, length);
    if (length < 8)
        length = 8;
    feed_piece(r, number, offset, more, length);
    uint32_t end = (uint32_t)(offset + length + 7) / 8 * 8;
    if (end > r->end[number])
        r->end[number] = end;
    if (r->overlap || r->lost)
        return PIECE_BAD;
    if (!r->whole)
        return PIECE_TAKEN;
    r->end[number] = 0;
    *whole = cursor_make(r->out, r->length);
    return PIECE_WHOLE;
}

/* There is no way to make libnids forget fragments but to give it those that are missing: two that
 * cover all the others, and are a whole datagram by themselves where it has dropped those. */
void reassembler_drop(struct reassembler *r, uint32_t number)
{
    uint32_t end = r->end[number];
    if (end > 0) {
        memset(r->packet + IP_HEADER, 0, end);
        feed_piece(r, number, 0, true, end);
        feed_piece(r, number, end, false, 8);
        r->end[number] = 0;
    }
    r->datagram[r->datagrams++] = number;
}

/* --- Streams ---------------------------------------------------------------------------------- */

/* Sequence numbers are offsets in the stream, behind a SYN with number 0. */
static void feed_segment(struct reassembler *r, uint32_t number, bool from_client, uint32_t seq,
                         uint32_t ack, unsigned flags, size_t header, size_t length)
{
    const uint32_t client = ADDRESS_CLIENT | number, server = ADDRESS_SERVER | number;
    uint8_t *tcp = r->packet + IP_HEADER;
    memset(tcp, 0, header);
    put16(tcp, from_client ? 2 : 1);
    put16(tcp + 2, from_client ? 1 : 2);
    put32(tcp + 4, seq);
    put32(tcp + 8, ack);
    tcp[12] = (uint8_t)(header / 4 << 4);
    tcp[13] = (uint8_t)flags;
    put16(tcp + 14, WINDOW);
    if (header == SYN_HEADER) { /* RFC 7323 2.2, and a NOP */
        tcp[20] = 3;
        tcp[21] = 3;
        tcp[22] = WINDOW_SHIFT;
        tcp[23] = 1;
    }
    feed(r, PROTOCOL_TCP, from_client ? client : server, from_client ? server : client, 1, 0,
         header + length);
}

static struct tcp_stream *find_stream(uint32_t number)
{
    struct tuple4 tuple = {.source = 2, .dest = 1};
    put32((uint8_t *)&tuple.saddr, ADDRESS_CLIENT | number);
    put32((uint8_t *)&tuple.daddr, ADDRESS_SERVER | number);
    return nids_find_tcp_stream(&tuple);
}

uint32_t reassembler_stream(struct reassembler *r)
{
    if (r->streams == 0)
        return REASSEMBLER_NONE;
    uint32_t number = r->stream[--r->streams];
    feed_segment(r, number, true, 0, 0, TCP_SYN_FLAG, SYN_HEADER, 0);
    feed_segment(r, number, false, 0, 1, TCP_SYN_FLAG | TCP_ACK_FLAG, SYN_HEADER, 0);
    feed_segment(r, number, true, 1, 1, TCP_ACK_FLAG, TCP_HEADER, 0);
    return number;
}

bool reassembler_segment(struct reassembler *r, uint32_t number, bool from_client, uint32_t offset,
                         struct cursor bytes, struct cursor *ordered)
{
    size_t length = cursor_left(&bytes);
    *ordered = cursor_make(r->out, 0);
    if (length == 0)
        return true;
    if (length > PACKET - 1 - IP_HEADER - TCP_HEADER || offset > STREAM_LONGEST)
        return false;
    memcpy(r->packet + IP_HEADER + TCP_HEADER, bytes.at, length);
    r->overlap = r->whole = r->lost = false;
    r->length = 0;
    feed_segment(r, number, from_client, 1 + offset, 1, TCP_ACK_FLAG, TCP_HEADER, length);
    *ordered = cursor_make(r->out, r->length);
    return !r->lost;
}

void reassembler_close(struct reassembler *r, uint32_t number)
{
    struct tcp_stream *stream = find_stream(number);
    if (stream)
        nids_free_tcp_stream(stream);
    r->stream[r->streams++] = number;
}

/* --- Once ------------------------------------------------------------------------------------- */

static bool begin(struct reassembler *r)
{
    /* No checksum is verified: a network card may have yet to write it. libnids keeps the pointer.
     */
    static struct nids_chksum_ctl no_checksums = {0, 0, NIDS_DONT_CHKSUM, 0};
    r->dead = pcap_open_dead(DLT_RAW, PACKET);
    if (!r->dead)
        return false;
    nids_params.pcap_desc = r->dead;
    nids_params.syslog = (void (*)())on_warning;
    nids_params.no_mem = on_no_memory;
    nids_params.scan_num_hosts = 0;
    nids_params.multiproc = 0;
    nids_params.tcp_workarounds = 0;
    nids_params.one_loop_less = 0;
    nids_params.n_hosts = REASSEMBLER_DATAGRAMS;
    nids_params.n_tcp_streams = 2 * REASSEMBLER_STREAMS; /* it ends the oldest from 3/4 on */
    nids_params.sk_buff_size = CHARGE_SEGMENT;
    if (!nids_init()) {
        pcap_close(r->dead);
        r->dead = NULL;
        return false;
    }
    nids_register_chksum_ctl(&no_checksums, 1);
    nids_register_ip((void *)on_ip);
    nids_register_tcp((void *)on_tcp);
    for (uint32_t i = REASSEMBLER_DATAGRAMS; i > 0; i--)
        r->datagram[r->datagrams++] = i - 1;
    for (uint32_t i = REASSEMBLER_STREAMS; i > 0; i--)
        r->stream[r->streams++] = i - 1;
    return true;
}

#define TEXT_OF(number) #number
#define TEXT(number)    TEXT_OF(number)

const char *reassembler_name(void)
{
    return "libnids " TEXT(NIDS_MAJOR) "." TEXT(NIDS_MINOR);
}

/* It is never ended: libnids can't be started a second time without loss, and its users come and
 * go only in tests. */
struct reassembler *reassembler_new(void)
{
    return the_only.dead || begin(&the_only) ? &the_only : NULL;
}

void reassembler_free(struct reassembler *r)
{
    (void)r;
}

#endif
