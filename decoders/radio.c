/* SPDX-License-Identifier: GPL-2.0-or-later */
/* radio: the headers that drivers put before an 802.11 frame to tell how it was received: radiotap,
 * PPI, Prism and AVS. Only their lengths are of use, and two flags of radiotap's. */
#include "step.h"

#define RADIOTAP_TSFT  0x00000001u /* eight bytes, aligned to eight */
#define RADIOTAP_FLAGS 0x00000002u /* one byte */
#define RADIOTAP_MORE  0x80000000u /* another word of bits follows */
#define RADIOTAP_WORDS 16
#define FLAG_PAD       0x20
#define FLAG_BAD_FCS   0x40
#define AVS_MAGIC      0x80211000u /* the low byte is its version */

/* Each header is at least `least` bytes, and its length field of `width` bytes stands at `at`. */
static enum packet_status take_header(struct layer *layer, size_t least, size_t at, size_t width,
                                      bool big_endian, struct cursor *header)
{
    struct cursor c = layer->bytes;
    size_t length = 0;
    cursor_skip(&c, at);
    for (size_t i = 0; i < width; i++) {
        size_t byte = cursor_u8(&c);
        length = big_endian ? length << 8 | byte : length | byte << (8 * i);
    }
    if (c.bad)
        return layer->wire >= at + width ? PACKET_TRUNCATED : PACKET_MALFORMED;
    return length < least ? PACKET_MALFORMED : layer_take(layer, length, header);
}

/* Zero where the header has none. */
static uint8_t radiotap_flags(struct cursor header)
{
    const uint8_t *start = header.at;
    cursor_skip(&header, 4);
    uint32_t present = cursor_le32(&header), word = present;
    for (int i = 0; (word & RADIOTAP_MORE) && i < RADIOTAP_WORDS; i++)
        word = cursor_le32(&header);
    if (present & RADIOTAP_TSFT) {
        size_t at = (size_t)(header.at - start);
        cursor_skip(&header, (at + 7) / 8 * 8 - at + 8);
    }
    return present & RADIOTAP_FLAGS ? cursor_u8(&header) : 0;
}

enum packet_status step_radiotap(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor header;
    (void)out;
    enum packet_status status = take_header(layer, 8, 2, 2, false, &header);
    if (status != PACKET_OK)
        return status;
    uint8_t flags = radiotap_flags(header);
    *next = (struct step){step_wlan, flags & FLAG_PAD ? WLAN_PADDED : 0};
    return flags & FLAG_BAD_FCS ? PACKET_MALFORMED : PACKET_OK; /* any byte may be wrong */
}

enum packet_status step_avs(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor header;
    (void)out;
    *next = (struct step){step_wlan, 0};
    return take_header(layer, 8, 4, 4, true, &header);
}

/* The drivers that wrote Prism headers came to write AVS ones under the same link type. */
enum packet_status step_prism(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor c = layer->bytes, header;
    if ((cursor_be32(&c) & ~0xffu) == AVS_MAGIC)
        return step_avs(layer, out, next);
    *next = (struct step){step_wlan, 0};
    return take_header(layer, 8, 4, 4, false, &header);
}

/* It names the link type that follows, mostly 802.11. */
enum packet_status step_ppi(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor header;
    (void)out;
    enum packet_status status = take_header(layer, 8, 2, 2, false, &header);
    if (status != PACKET_OK)
        return status;
    cursor_skip(&header, 4);
    *next = (struct step){step_link, cursor_le32(&header)};
    return PACKET_OK;
}
