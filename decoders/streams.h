/* SPDX-License-Identifier: GPL-2.0-or-later */
/* streams: the messages of DNS over TCP (RFC 7766), out of the segments of the connections that
 * hold them: in order, each once, wherever they were cut. A bounded table as every tracker's, of
 * which the one that was silent longest makes way. Handshakes are the attempt tracker's; a
 * connection that the capture shows from its middle on is joined there.
 *
 * Where the capture lacks a segment that the receiver has, or shows half of one, nothing more can
 * be read, and the stream is told as lost: what was asked on it may have been answered. */
#ifndef DECODERS_STREAMS_H
#define DECODERS_STREAMS_H

#include "outcome.h"
#include "reassembler.h"

struct stream_limits {
    nstime idle;   /* a stream without a packet for so long is forgotten (30 s) */
    nstime closed; /* … after a FIN (2 s) */
    nstime
        skew; /* segments may stand so long behind their acknowledgement in file order (100 ms) */
    uint32_t max; /* at once; at most REASSEMBLER_STREAMS */
};

/* Where a segment belongs, as far as the tracker knows. */
struct stream_hint {
    struct flow flow;
    bool from_client;
    bool doubtful; /* the port is shared with other protocols: each message must look like DNS */
    struct initial_numbers isn;
};

struct stream_message {
    struct cursor bytes; /* a long message's are its beginning */
    uint32_t length;
};

struct streams;

/* reassembler: stays the caller's. NULL where memory is out. */
struct streams *streams_new(const struct stream_limits *limits, const uint64_t key[2],
                            struct reassembler *reassembler);
void streams_free(struct streams *s);

/* Takes any segment. Then streams_message() as long as it is true: each message that it completed,
 * valid until the next call; all are of the segment's own direction. */
void streams_segment(struct streams *s, nstime now, const struct stream_hint *hint,
                     const struct packet *packet);
bool streams_message(struct streams *s, struct stream_message *out);

/* A stream that was lost since the last call; false when there is none left. */
struct stream_loss {
    struct flow flow;
    bool received; /* the client has what the capture lacks */
};
bool streams_lost(struct streams *s, struct stream_loss *out);

nstime streams_next(const struct streams *s);
/* What is due before `now`; streams may be lost by it. NSTIME_NEVER: all are forgotten. */
void streams_expire(struct streams *s, nstime now);

uint64_t streams_evicted(const struct streams *s);

#endif
