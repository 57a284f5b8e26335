/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fragments and streams in any order, through libnids as it is installed. The first byte says
 * whether the pieces contradict each other; where they do not, what comes out must be what went in.
 * Each piece lies in memory of just its size. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "decoders/fragments.h"
#include "decoders/streams.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RECORD  8  /* kind, key, place (2), length (2), time, content */
#define MAX     8  /* of each table: they overflow */
#define MESSAGE 32 /* a stream that does not lie repeats this, its length included */

enum kind {
    KIND_STREAM = 1,
    KIND_REST = 2, /* no more fragments; from the client */
    KIND_EIGHTS = 4,
    KIND_FIN = 8,
    KIND_RST = 16,
    KIND_ISN = 32,
    KIND_FULL = 64,
    KIND_DOUBTFUL = 128
};

struct run {
    struct fragments *fragments;
    struct streams *streams;
    nstime now;
    bool honest;
    uint64_t taken, lost; /* fragments */
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static uint8_t stream_byte(uint32_t offset)
{
    static const uint8_t head[14] = {0, MESSAGE - 2, 0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    const uint32_t at = offset % MESSAGE;
    return at < sizeof head ? head[at] : (uint8_t)at;
}

static uint8_t datagram_byte(uint32_t offset)
{
    return (uint8_t)(offset * 31 >> 3);
}

static uint8_t *content(const struct run *run, const uint8_t *record, bool stream, uint32_t offset,
                        size_t length)
{
    uint8_t *bytes = malloc(length ? length : 1);
    require(bytes != NULL);
    for (size_t i = 0; i < length; i++) {
        const uint32_t at = offset + (uint32_t)i;
        bytes[i] = stream ? stream_byte(at) : datagram_byte(at);
        if (!run->honest && record[7] & 1)
            bytes[i] ^= record[7];
    }
    return bytes;
}

static void release(struct run *run, nstime before)
{
    struct packet first;
    while (fragments_release(run->fragments, before, &first)) {
        unsigned sum = 0;
        for (const uint8_t *at = first.payload.at; at < first.payload.end; at++)
            sum += *at;
        require(sum <= 65535u * 255);
    }
    run->lost += fragments_lost(run->fragments);
    require(run->lost <= run->taken);
}

static void give_fragment(struct run *run, const uint8_t *record, uint32_t place, size_t length)
{
    struct packet first, p = {.kind = PACKET_UDP, .fragment = true};
    struct cursor whole;
    if (record[0] & KIND_EIGHTS)
        length = length / 8 * 8;
    uint8_t *bytes = content(run, record, false, place * 8, length);
    p.src.family = p.dst.family = record[1] & 16 ? ADDR_IPV6 : ADDR_IPV4;
    p.piece.id = record[1] & 15;
    p.piece.protocol = record[1] & 32 ? IPPROTO_TCP : IPPROTO_UDP;
    p.piece.offset = (uint16_t)(place * 8);
    p.piece.more = !(record[0] & KIND_REST);
    p.piece.length = (uint32_t)length + (record[1] & 128 ? 1 : 0);
    p.piece.payload = p.payload = cursor_make(bytes, length);
    p.time = run->now;
    enum fragment_fate fate =
        fragments_take(run->fragments, run->now, &p, place == 0, &first, &whole);
    run->taken += fate != FRAGMENT_ALONE;
    if (fate == FRAGMENT_WHOLE) {
        require(cursor_left(&whole) <= DATAGRAM_LONGEST);
        for (size_t i = 0; run->honest && i < cursor_left(&whole); i++)
            require(whole.at[i] == datagram_byte((uint32_t)i));
    }
    free(bytes);
    release(run, run->now);
}

static void take_messages(struct run *run)
{
    struct stream_message m;
    while (streams_message(run->streams, &m)) {
        require(m.length >= 12 && cursor_left(&m.bytes) <= m.length);
        for (uint32_t i = 0; run->honest && i < m.length; i++)
            require(m.length == MESSAGE - 2 && m.bytes.at[i] == stream_byte(i + 2));
    }
    struct stream_loss loss;
    while (streams_lost(run->streams, &loss))
        ;
}

static void give_segment(struct run *run, const uint8_t *record, uint32_t place, size_t length)
{
    struct stream_hint hint = {.from_client = (record[0] & KIND_REST) != 0};
    struct packet p = {.kind = PACKET_TCP, .protocol = IPPROTO_TCP};
    const uint32_t isn = 0xffffff00u, offset = record[0] & KIND_FULL ? place * 64 : place % 256;
    uint8_t *bytes = content(run, record, true, offset, length);
    hint.flow.client_port = record[1] & 15;
    hint.doubtful = (record[0] & KIND_DOUBTFUL) != 0;
    /* What joins in the middle would not find the messages' beginnings. */
    const bool known = run->honest || record[0] & KIND_ISN;
    hint.isn = (struct initial_numbers){{known, known}, {isn, isn}};
    p.tcp.seq = isn + 1 + offset;
    p.tcp.ack = isn + 1 + (uint32_t)record[7] * 16;
    p.tcp.flags = (uint8_t)(TCP_ACK | (record[0] & KIND_FIN ? TCP_FIN : 0) |
                            (record[0] & KIND_RST && record[1] & 64 ? TCP_RST : 0));
    p.payload = cursor_make(bytes, length);
    p.payload_length = (uint32_t)length + (record[1] & 128 ? 1 : 0);
    p.time = run->now;
    streams_segment(run->streams, run->now, &hint, &p);
    take_messages(run);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint64_t key[2] = {1, 2};
    static const struct fragment_limits fragments = {
        .wait = 30 * NS_PER_SEC, .release = 2 * NS_PER_SEC, .max = MAX};
    static const struct stream_limits streams = {
        .idle = 30 * NS_PER_SEC, .closed = 2 * NS_PER_SEC, .skew = 100 * NS_PER_MS, .max = MAX};
    if (size < 1)
        return 0;
    struct reassembler *reassembler = reassembler_new();
    struct run run = {.honest = !(data[0] & 1)};
    run.fragments = fragments_new(&fragments, key, reassembler);
    run.streams = streams_new(&streams, key, reassembler);
    require(reassembler && run.fragments && run.streams);
    for (data++, size--; size >= RECORD; data += RECORD, size -= RECORD) {
        const uint32_t place = (uint32_t)(data[2] << 8 | data[3]) & 0x1fff;
        const size_t length = (size_t)(data[4] << 8 | data[5]) >> (data[4] & 7);
        run.now += (nstime)data[6] * data[6] * NS_PER_MS;
        release(&run, run.now);
        streams_expire(run.streams, run.now);
        take_messages(&run);
        if (data[0] & KIND_STREAM)
            give_segment(&run, data, place, length);
        else
            give_fragment(&run, data, data[0] & KIND_FULL ? place : place % 32, length);
    }
    release(&run, NSTIME_NEVER);
    fragments_free(run.fragments);
    streams_free(run.streams);
    reassembler_free(reassembler);
    return 0;
}
