/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reassembler of a build without libnids: there is none, and whoever asks is told so. */
#include "reassembler.h"

#ifndef HAVE_NIDS

const char *reassembler_name(void)
{
    return NULL;
}

struct reassembler *reassembler_new(void)
{
    return NULL;
}

void reassembler_free(struct reassembler *r)
{
    (void)r;
}

uint32_t reassembler_datagram(struct reassembler *r)
{
    (void)r;
    return REASSEMBLER_NONE;
}

enum piece_fate reassembler_piece(struct reassembler *r, uint32_t number, uint32_t offset,
                                  bool more, struct cursor bytes, struct cursor *whole)
{
    (void)r, (void)number, (void)offset, (void)more, (void)bytes, (void)whole;
    return PIECE_BAD;
}

void reassembler_drop(struct reassembler *r, uint32_t number)
{
    (void)r, (void)number;
}

uint32_t reassembler_stream(struct reassembler *r)
{
    (void)r;
    return REASSEMBLER_NONE;
}

bool reassembler_segment(struct reassembler *r, uint32_t number, bool from_client, uint32_t offset,
                         struct cursor bytes, struct cursor *ordered)
{
    (void)r, (void)number, (void)from_client, (void)offset, (void)bytes, (void)ordered;
    return false;
}

void reassembler_close(struct reassembler *r, uint32_t number)
{
    (void)r, (void)number;
}

#endif
