/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reassembler: puts together again what the network took apart: the fragments of an IP packet, the
 * segments of a TCP stream. The narrow interface behind which libnids does it (nids.c), so that
 * another could take its place. It knows numbers and offsets alone; whose the fragments are, which
 * of them belong together and how long they are waited for is the callers' (fragments.h,
 * streams.h).
 *
 * There is one in a process, for libnids keeps its state so; all that reassembler_new() gives out
 * are the same one, and their numbers never meet. */
#ifndef DECODERS_REASSEMBLER_H
#define DECODERS_REASSEMBLER_H

#include "cursor.h"

#define REASSEMBLER_DATAGRAMS 4096 /* at once */
#define REASSEMBLER_STREAMS   1024 /* at once */
#define REASSEMBLER_NONE      UINT32_MAX

#define DATAGRAM_LONGEST 65500u /* bytes behind the IP header */
#define DATAGRAM_PIECES  20u    /* further fragments of one datagram are not kept */
#define STREAM_LONGEST   (1u << 29)
#define STREAM_AHEAD     12u /* so many segments may wait for one that is missing, at least */

struct reassembler;

/* "libnids 1.26"; NULL where this build has none. */
const char *reassembler_name(void);

/* NULL where there is none, or memory is out. */
struct reassembler *reassembler_new(void);
void reassembler_free(struct reassembler *r);

/* --- Fragments -------------------------------------------------------------------------------- */

enum piece_fate {
    PIECE_TAKEN,
    PIECE_WHOLE, /* it was the last that was missing */
    PIECE_BAD    /* it overlaps another, or no packet can hold it: drop the datagram */
};

/* The number of a new datagram; REASSEMBLER_NONE where all are in use. */
uint32_t reassembler_datagram(struct reassembler *r);
/* One fragment: `offset` of its first byte, `more` to come behind it, in which case both offset and
 * length are multiples of eight. *whole is valid until the next call, and may be up to seven bytes
 * longer than the datagram. */
enum piece_fate reassembler_piece(struct reassembler *r, uint32_t number, uint32_t offset,
                                  bool more, struct cursor bytes, struct cursor *whole);
/* Whole or not, the number is free again. */
void reassembler_drop(struct reassembler *r, uint32_t number);

/* --- Streams ---------------------------------------------------------------------------------- */

/* The number of a new stream; REASSEMBLER_NONE where all are in use. */
uint32_t reassembler_stream(struct reassembler *r);
/* Data of one direction; `offset` of its first byte in that direction's stream. *ordered is what
 * now follows on what was given out before, often nothing; valid until the next call. Of bytes that
 * come twice the first ones count. False where the stream can't go on: close it. */
bool reassembler_segment(struct reassembler *r, uint32_t number, bool from_client, uint32_t offset,
                         struct cursor bytes, struct cursor *ordered);
void reassembler_close(struct reassembler *r, uint32_t number);

#endif
