/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcapng: see pcapng.h. A kind of block is a row of blocks[]. */
#include "sensor/capture/pcapng.h"

#include "sensor/capture/linktypes.h"
#include "sensor/capture/pcapng_clock.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

#define SECTION_TYPE   UINT32_C(0x0A0D0D0A) /* the same in either byte order */
#define ORDER_MAGIC    UINT32_C(0x1A2B3C4D)
#define INTERFACES_MAX 65536
#define BLOCK_HEADER   8
#define BLOCK_LEAST    12 /* header and the length again */
#define PACKET_HEADER  20 /* of an enhanced or obsolete block's body */

struct pcapng_interface {
    uint32_t linktype; /* DLT_ value */
    uint32_t longest;  /* bytes a frame may have */
    uint32_t snaplen;  /* 0: none */
    struct pcapng_clock clock;
    uint64_t counted_drops;  /* sum of epb_dropcount */
    uint64_t reported_drops; /* newest isb_osdrop */
    uint64_t interface_drops;
};

/* A block without its header and its second length. */
struct block {
    uint32_t type;
    uint32_t length; /* of the body, as the file says */
    const uint8_t *body;
    uint32_t here; /* bytes of the body that are in memory; all of it but for a very large block */
};

bool pcapng_magic(const uint8_t *bytes, size_t known)
{
    if (bytes_u32(bytes, false) != SECTION_TYPE)
        return false;
    return known < 12 || bytes_u32(bytes + 8, false) == ORDER_MAGIC ||
           bytes_u32(bytes + 8, true) == ORDER_MAGIC;
}

void pcapng_free(struct pcapng *p)
{
    free(p->interface);
    p->interface = NULL;
}

/* --- options -----------------------------------------------------------------------------------
 */

enum {
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_TIME_RESOLUTION = 9,
    OPTION_TIME_OFFSET = 14,
    OPTION_PACKET_DROPS = 4,
    OPTION_INTERFACE_DROPS = 5,
    OPTION_SYSTEM_DROPS = 7
};

struct option {
    uint16_t code, length;
    const uint8_t *value;
};

/* The option at *at, and *at moved behind it. False at the end of the list, and where it is not
 * whole: a frame is not worth less for it. */
static bool next_option(const struct pcapng *p, const struct block *block, uint32_t *at,
                        struct option *out)
{
    if (*at > block->here || block->here - *at < 4)
        return false;
    const uint8_t *bytes = block->body + *at;
    *out = (struct option){bytes_u16(bytes, p->big), bytes_u16(bytes + 2, p->big), bytes + 4};
    if (out->code == OPTION_END || out->length > block->here - *at - 4)
        return false;
    *at += 4 + ((uint32_t)out->length + 3) / 4 * 4;
    return true;
}

static void count_comments(struct pcapng *p, const struct block *block, uint32_t at)
{
    struct option option;
    while (next_option(p, block, &at, &option))
        p->comments += option.code == OPTION_COMMENT;
}

/* --- drops -------------------------------------------------------------------------------------
 */

/* An interface's drops are told at each packet, in its statistics, or both: then twice the same. */
static uint64_t kernel_drops(const struct pcapng_interface *i)
{
    return i->counted_drops > i->reported_drops ? i->counted_drops : i->reported_drops;
}

static void count_drops(struct pcapng *p, struct pcapng_interface *interface, uint64_t drops)
{
    uint64_t before = kernel_drops(interface);
    interface->counted_drops += drops;
    p->kernel_drops += kernel_drops(interface) - before;
}

/* Statistics are cumulative; of several the highest stands. */
static void report_drops(struct pcapng *p, struct pcapng_interface *interface, uint16_t code,
                         uint64_t drops)
{
    uint64_t before = kernel_drops(interface);
    if (code == OPTION_SYSTEM_DROPS && drops > interface->reported_drops) {
        interface->reported_drops = drops;
        p->kernel_drops += kernel_drops(interface) - before;
    }
    if (code == OPTION_INTERFACE_DROPS && drops > interface->interface_drops) {
        p->interface_drops += drops - interface->interface_drops;
        interface->interface_drops = drops;
    }
}

/* --- blocks that bear no frame -----------------------------------------------------------------
 */

/* Interfaces are numbered anew in each section. */
static bool take_section(struct pcapng *p, struct bytes *b, const struct block *block,
                         struct frame *out)
{
    (void)out;
    uint16_t major = bytes_u16(block->body + 4, p->big), minor = bytes_u16(block->body + 6, p->big);
    if (major != 1)
        return bytes_damaged(b, "there is no version %u.%u of the pcapng format", major, minor);
    p->interfaces = 0;
    count_comments(p, block, 16);
    return true;
}

static bool make_room(struct pcapng *p)
{
    if (p->interfaces < p->room)
        return true;
    uint32_t room = p->room ? p->room * 2 : 8;
    struct pcapng_interface *more = realloc(p->interface, room * sizeof *more);
    if (!more)
        return false;
    p->interface = more;
    p->room = room;
    return true;
}

static bool take_interface(struct pcapng *p, struct bytes *b, const struct block *block,
                           struct frame *out)
{
    (void)out;
    if (p->interfaces == INTERFACES_MAX)
        return bytes_damaged(b, "it has more than %d interfaces", INTERFACES_MAX);
    if (!make_room(p))
        return bytes_damaged(b, "there is not enough memory for its interfaces");
    struct pcapng_interface *interface = &p->interface[p->interfaces++];
    *interface = (struct pcapng_interface){
        .linktype = linktypes_dlt(bytes_u16(block->body, p->big)),
        .snaplen = bytes_u32(block->body + 4, p->big),
        .clock.resolution = PCAPNG_CLOCK_DEFAULT,
    };
    interface->longest = linktypes_longest(interface->linktype);
    struct option option;
    for (uint32_t at = 8; next_option(p, block, &at, &option);) {
        if (option.code == OPTION_TIME_RESOLUTION && option.length == 1)
            interface->clock.resolution = option.value[0];
        if (option.code == OPTION_TIME_OFFSET && option.length == 8)
            interface->clock.offset = (int64_t)bytes_u64(option.value, p->big);
        p->comments += option.code == OPTION_COMMENT;
    }
    return true;
}

/* Those of an interface that nobody described are of no use, and no damage either. */
static bool take_statistics(struct pcapng *p, struct bytes *b, const struct block *block,
                            struct frame *out)
{
    (void)b;
    (void)out;
    uint32_t number = bytes_u32(block->body, p->big);
    struct option option;
    for (uint32_t at = 12; next_option(p, block, &at, &option);) {
        if (option.length == 8 && number < p->interfaces)
            report_drops(p, &p->interface[number], option.code, bytes_u64(option.value, p->big));
        p->comments += option.code == OPTION_COMMENT;
    }
    return true;
}

/* Wireshark lists it as a frame. */
static bool take_numbered(struct pcapng *p, struct bytes *b, const struct block *block,
                          struct frame *out)
{
    (void)b;
    (void)block;
    (void)out;
    p->numbered++;
    p->passed_over++;
    return true;
}

/* --- frames ------------------------------------------------------------------------------------
 */

static struct pcapng_interface *find_interface(struct pcapng *p, struct bytes *b, uint32_t number)
{
    if (number < p->interfaces)
        return &p->interface[number];
    bytes_damaged(b, "a packet block names interface %u, which no block before describes", number);
    return NULL;
}

/* The frame lies in the body from `at` on. Of a bus's block larger than the window, the beginning
 * is handed out. */
static bool take_frame(struct pcapng *p, struct bytes *b, const struct block *block, uint32_t at,
                       const struct pcapng_interface *interface, struct frame *out)
{
    if (out->captured > block->length - at)
        return bytes_damaged(b, "a block of %u bytes claims to hold a frame of %u",
                             block->length + BLOCK_LEAST, out->captured);
    if (out->captured > interface->longest)
        return bytes_damaged(b, "a frame claims to be %u bytes long", out->captured);
    if (out->captured > block->here - at)
        out->captured = block->here - at;
    out->linktype = interface->linktype;
    out->bytes = block->body + at;
    p->last = out->time;
    return true;
}

static void take_times(const struct pcapng *p, const struct block *block,
                       const struct pcapng_interface *interface, struct frame *out)
{
    uint64_t high = bytes_u32(block->body + 4, p->big);
    out->time =
        pcapng_clock_time(&interface->clock, high << 32 | bytes_u32(block->body + 8, p->big));
    out->captured = bytes_u32(block->body + 12, p->big);
    out->length = bytes_u32(block->body + 16, p->big);
}

static bool take_enhanced(struct pcapng *p, struct bytes *b, const struct block *block,
                          struct frame *out)
{
    struct pcapng_interface *interface = find_interface(p, b, bytes_u32(block->body, p->big));
    if (!interface)
        return false;
    take_times(p, block, interface, out);
    uint64_t options = PACKET_HEADER + ((uint64_t)out->captured + 3) / 4 * 4;
    if (!take_frame(p, b, block, PACKET_HEADER, interface, out))
        return false;
    if (options >= block->here)
        return true;
    struct option option;
    for (uint32_t at = (uint32_t)options; next_option(p, block, &at, &option);) {
        if (option.code == OPTION_PACKET_DROPS && option.length == 8)
            count_drops(p, interface, bytes_u64(option.value, p->big));
        p->comments += option.code == OPTION_COMMENT;
    }
    return true;
}

static bool take_obsolete(struct pcapng *p, struct bytes *b, const struct block *block,
                          struct frame *out)
{
    struct pcapng_interface *interface = find_interface(p, b, bytes_u16(block->body, p->big));
    if (!interface)
        return false;
    uint16_t drops = bytes_u16(block->body + 2, p->big);
    take_times(p, block, interface, out);
    if (!take_frame(p, b, block, PACKET_HEADER, interface, out))
        return false;
    if (drops != UINT16_MAX) /* that is: not known */
        count_drops(p, interface, drops);
    return true;
}

static bool take_simple(struct pcapng *p, struct bytes *b, const struct block *block,
                        struct frame *out)
{
    struct pcapng_interface *interface = find_interface(p, b, 0);
    if (!interface)
        return false;
    out->time = p->last;
    out->length = out->captured = bytes_u32(block->body, p->big);
    if (interface->snaplen && out->captured > interface->snaplen)
        out->captured = interface->snaplen;
    return take_frame(p, b, block, 4, interface, out);
}

static const struct {
    uint32_t type;
    uint32_t least; /* bytes of body */
    bool (*take)(struct pcapng *, struct bytes *, const struct block *, struct frame *);
} blocks[] = {
    {6, PACKET_HEADER, take_enhanced},
    {SECTION_TYPE, 16, take_section},
    {1, 8, take_interface},
    {2, PACKET_HEADER, take_obsolete},
    {3, 4, take_simple},
    {5, 12, take_statistics},
    {9, 0, take_numbered},          /* systemd journal export */
    {0x00000BAD, 0, take_numbered}, /* custom, may be copied */
    {0x40000BAD, 0, take_numbered}, /* custom, may not */
    {0x204, 0, take_numbered},      /* Sysdig's events: without flags, with them, long ones */
    {0x216, 0, take_numbered},
    {0x221, 0, take_numbered},
};

/* A frame was in it where out->bytes is set. */
static bool take_block(struct pcapng *p, struct bytes *b, const struct block *block,
                       struct frame *out)
{
    for (size_t i = 0; i < ARRAY_LENGTH(blocks); i++) {
        if (blocks[i].type != block->type)
            continue;
        if (block->length < blocks[i].least)
            return bytes_damaged(b, "a block of type %u has only %u bytes", block->type,
                                 block->length + BLOCK_LEAST);
        return blocks[i].take(p, b, block, out);
    }
    p->passed_over++; /* names, secrets, and whatever comes later */
    return true;
}

/* --- reading -----------------------------------------------------------------------------------
 */

/* A section's first block tells the byte order, its own length included. */
static bool find_byte_order(struct pcapng *p, const uint8_t *block)
{
    p->big = bytes_u32(block + BLOCK_HEADER, true) == ORDER_MAGIC;
    return p->big || bytes_u32(block + BLOCK_HEADER, false) == ORDER_MAGIC;
}

/* The window stays at the block's start. */
static bool read_block(struct pcapng *p, struct bytes *b, struct block *out)
{
    if (!bytes_need(b, BLOCK_LEAST))
        return bytes_ended(b, b->skip ? "a block" : "the header of a block");
    out->type = bytes_u32(b->at, p->big);
    if (out->type == SECTION_TYPE && !find_byte_order(p, b->at))
        return bytes_damaged(b, "a section does not tell its byte order");
    uint32_t length = bytes_u32(b->at + 4, p->big);
    if (length < BLOCK_LEAST || length % 4 != 0)
        return bytes_damaged(b, "a block claims to be %u bytes long", length);
    uint32_t here = length < BYTES_WINDOW ? length : BYTES_WINDOW;
    if (!bytes_need(b, here))
        return bytes_broken_off(b, "a block");
    uint32_t again = bytes_u32(b->at + here - 4, p->big);
    if (here == length && again != length)
        return bytes_damaged(b, "a block is %u bytes long at its begin and %u at its end", length,
                             again);
    out->body = b->at + BLOCK_HEADER;
    out->length = length - BLOCK_LEAST;
    out->here = here == length ? out->length : here - BLOCK_HEADER;
    return true;
}

bool pcapng_next(struct pcapng *p, struct bytes *b, struct frame *out)
{
    struct block block;
    out->bytes = NULL;
    while (!out->bytes) {
        if (!read_block(p, b, &block) || !take_block(p, b, &block, out))
            return false;
        bytes_skip(b, (uint64_t)block.length + BLOCK_LEAST);
    }
    return true;
}
