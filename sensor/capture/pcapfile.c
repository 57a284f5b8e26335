/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcapfile: see pcapfile.h. */
#include "sensor/capture/pcapfile.h"

#include "sensor/capture/linktypes.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

#define FILE_HEADER   24
#define LINKTYPE_BITS UINT32_C(0x03ffffff) /* above are the FCS's length and its flag */

struct variant {
    uint32_t magic;
    uint32_t to_ns;
    uint8_t extra;  /* bytes that follow the file's header */
    uint8_t record; /* bytes of a record's header */
};

static const struct variant variants[] = {
    {0xa1b2c3d4, 1000, 0, 16}, /* microseconds */
    {0xa1b23c4d, 1, 0, 16},    /* nanoseconds */
    {0xa1b2cd34, 1000, 0, 24}, /* Kuznetzov's libpcap: interface, protocol and packet type follow */
    {0x1c0001ac, 1, 4, 16},    /* IXIA hardware: the length of all frames follows the header */
    {0x1c0001ab, 1, 4, 16},    /* IXIA software: the same */
};

/* Versions 2.0 to 2.2 have the two lengths swapped, 2.3 either way; 543.0 is DG/UX's. */
static const struct {
    uint16_t major, minor;
    enum pcapfile_lengths lengths;
} versions[] = {
    {2, 4, LENGTHS_RIGHT},   {2, 3, LENGTHS_EITHER},  {2, 2, LENGTHS_SWAPPED},
    {2, 1, LENGTHS_SWAPPED}, {2, 0, LENGTHS_SWAPPED}, {543, 0, LENGTHS_SWAPPED},
};

static const struct variant *find_variant(const uint8_t *bytes, bool *big)
{
    for (size_t i = 0; i < 2 * ARRAY_LENGTH(variants); i++) {
        *big = i % 2;
        if (variants[i / 2].magic == bytes_u32(bytes, *big))
            return &variants[i / 2];
    }
    return NULL;
}

bool pcapfile_magic(const uint8_t *bytes)
{
    bool big;
    return find_variant(bytes, &big) != NULL;
}

static bool find_lengths(struct pcapfile *p, uint16_t major, uint16_t minor)
{
    for (size_t i = 0; i < ARRAY_LENGTH(versions); i++) {
        if (versions[i].major == major && versions[i].minor == minor) {
            p->lengths = (uint8_t)versions[i].lengths;
            return true;
        }
    }
    return false;
}

bool pcapfile_begin(struct pcapfile *p, struct bytes *b)
{
    if (!bytes_need(b, 4))
        return bytes_broken_off(b, "the header of the file");
    const struct variant *variant = find_variant(b->at, &p->big);
    if (!variant)
        return bytes_damaged(b, "it does not begin as a pcap does");
    if (!bytes_need(b, (size_t)FILE_HEADER + variant->extra))
        return bytes_broken_off(b, "the header of the file");
    uint16_t major = bytes_u16(b->at + 4, p->big), minor = bytes_u16(b->at + 6, p->big);
    if (!find_lengths(p, major, minor))
        return bytes_damaged(b, "there is no version %u.%u of the pcap format", major, minor);
    /* The snap length says nothing of a frame: it may be 0, or less than frames have. */
    p->linktype = linktypes_dlt(bytes_u32(b->at + 20, p->big) & LINKTYPE_BITS);
    p->longest = linktypes_longest(p->linktype);
    p->to_ns = variant->to_ns;
    p->record = variant->record;
    bytes_skip(b, FILE_HEADER + variant->extra);
    return true;
}

nstime pcapfile_time(uint32_t seconds, uint64_t nanoseconds)
{
    nstime time = (nstime)seconds * NS_PER_SEC + (nstime)nanoseconds;
    return time < FRAME_TIME_MAX ? time : FRAME_TIME_MAX;
}

static void read_lengths(const struct pcapfile *p, const uint8_t *header, struct frame *out)
{
    uint32_t first = bytes_u32(header + 8, p->big), second = bytes_u32(header + 12, p->big);
    bool swapped =
        p->lengths == LENGTHS_SWAPPED || (p->lengths == LENGTHS_EITHER && first > second);
    out->captured = swapped ? second : first;
    out->length = swapped ? first : second;
}

bool pcapfile_next(struct pcapfile *p, struct bytes *b, struct frame *out)
{
    if (!bytes_need(b, p->record))
        return bytes_ended(b, b->skip ? "a frame" : "the header of a frame");
    read_lengths(p, b->at, out);
    if (out->captured > p->longest)
        return bytes_damaged(b, "a frame claims to be %u bytes long", out->captured);
    /* Of a bus's block, which may be larger than the window, the beginning is handed out. */
    uint32_t whole = out->captured;
    if (out->captured > BYTES_WINDOW - (uint32_t)p->record)
        out->captured = BYTES_WINDOW - (uint32_t)p->record;
    if (!bytes_need(b, p->record + (size_t)out->captured))
        return bytes_broken_off(b, "a frame");
    out->time =
        pcapfile_time(bytes_u32(b->at, p->big), (uint64_t)bytes_u32(b->at + 4, p->big) * p->to_ns);
    out->linktype = p->linktype;
    out->bytes = b->at + p->record;
    bytes_skip(b, p->record + (uint64_t)whole);
    return true;
}
