/* SPDX-License-Identifier: GPL-2.0-or-later */
/* linktypes: see linktypes.h. LINKTYPE_ values are the same in every file; DLT_ values came first,
 * and a few differ from system to system, so files got numbers of their own for those
 * (https://www.tcpdump.org/linktypes.html). All others are the same number. */
#include "sensor/capture/linktypes.h"

#include <stddef.h>

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

static const struct {
    uint32_t linktype, dlt;
} differing[] = {
    {100, 11}, /* ATM_RFC1483 */
    {101, 12}, /* RAW */
    {102, 15}, /* SLIP_BSDOS */
    {103, 16}, /* PPP_BSDOS */
    {106, 19}, /* ATM_CLIP */
};

/* Buses carry blocks larger than any packet; 128 MiB is what D-Bus allows a message. */
#define LONGEST     UINT32_C(262144)
#define LONGEST_BUS UINT32_C(134217728)

static const uint32_t buses[] = {
    186, /* USB_FREEBSD */
    189, /* USB_LINUX */
    220, /* USB_LINUX_MMAPPED */
    231, /* DBUS */
    249, /* USBPCAP */
    266, /* USB_DARWIN */
    279, /* EBHSCR */
    288, /* USB_2_0 */
};

uint32_t linktypes_dlt(uint32_t linktype)
{
    for (size_t i = 0; i < ARRAY_LENGTH(differing); i++)
        if (differing[i].linktype == linktype)
            return differing[i].dlt;
    return linktype;
}

uint32_t linktypes_longest(uint32_t dlt)
{
    for (size_t i = 0; i < ARRAY_LENGTH(buses); i++)
        if (buses[i] == dlt)
            return LONGEST_BUS;
    return LONGEST;
}
