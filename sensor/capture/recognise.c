/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recognise: see recognise.h. A format with a magic number is a row of magics[]. */
#include "sensor/capture/recognise.h"

#include <string.h>

#include "sensor/capture/reencoded.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

#define CONVERT                                                                                    \
    "Convert it with \"editcap -F pcapng FILE out.pcapng\" (it comes with Wireshark), and read "   \
    "that."
#define UNPACK "Unpack it, and read the capture that is in it."
#define SAVE                                                                                       \
    "Save the capture itself: in Wireshark with File, Save As, as pcapng; with tcpdump -w or "     \
    "dumpcap -w."

static const struct {
    uint16_t at;
    uint8_t length;
    const char *magic;
    const char *what, *remedy;
} magics[] = {
    {0, 8, "snoop\0\0\0", "a snoop capture (Solaris)", CONVERT},
    {0, 4, "GMBU", "a Network Monitor capture (Microsoft, .cap)", CONVERT},
    {0, 4, "RTSS", "an old Network Monitor capture (Microsoft, .cap)", CONVERT},
    {0, 4, "XCP\0", "a NetXRay or Sniffer capture (.cap)", CONVERT},
    {0, 16, "TRSNIFF data    ", "a Sniffer capture for DOS", CONVERT},
    {0, 8, "iptrace ", "an iptrace capture (AIX)", CONVERT},
    {0, 4, "\x54\x52\x00\x64", "a nettl trace (HP-UX)", CONVERT},
    {0, 5, "\x7fver\0", "an OmniPeek capture (.pkt)", CONVERT},
    {0, 8, "btsnoop\0", "a Bluetooth trace (btsnoop), which holds no network's packets",
     "Capture on the network interface instead."},
    {0, 4, "PK\x03\x04", "a ZIP archive", UNPACK},
    {0, 6, "7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK},
    {0, 4, "Rar!", "a RAR archive", UNPACK},
    {0, 4, "MSCF", "a cabinet archive", UNPACK},
    {257, 5, "ustar", "a tar archive", UNPACK},
    {0, 3, "BZh", "compressed with bzip2", "Unpack it with bunzip2, and read that."},
    {0, 2, "\x1f\x9d", "compressed with compress", "Unpack it with uncompress, and read that."},
    {0, 4, "%PDF", "a PDF document", SAVE},
    {0, 4, "\x89PNG", "a picture", SAVE},
    {0, 3, "\xff\xd8\xff", "a picture", SAVE},
    {0, 4,
     "\x7f"
     "ELF",
     "a program", "Check the name after -r."},
};

/* Texts, by how they begin behind white space; letters in either case. */
static const struct {
    const char *begin, *what;
} texts[] = {
    {"<!doctype html", "a web page"},
    {"<html", "a web page"},
    {"<?xml", "an XML text (such as PDML), not the packets themselves"},
    {"{", "a JSON text, not the packets themselves"},
    {"[", "a JSON text, not the packets themselves"},
    {"0x0000", "a hex dump"},
    {"0000 ", "a hex dump"},
    {"00000000", "a hex dump"},
};

static char lower(uint8_t c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool begins(const uint8_t *head, size_t length, const char *with)
{
    size_t n = strlen(with);
    if (length < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (lower(head[i]) != with[i])
            return false;
    return true;
}

static bool is_text(const uint8_t *head, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (head[i] == 0x7f || (head[i] < ' ' && !memchr("\t\n\r\f\x1b", head[i], 5)))
            return false;
    return true;
}

static struct recognised text(const uint8_t *head, size_t length)
{
    size_t blank = 0;
    while (blank < length && memchr(" \t\r\n", head[blank], 4))
        blank++;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        if (!begins(head + blank, length - blank, texts[i].begin))
            continue;
        const char *remedy = strcmp(texts[i].what, "a hex dump") == 0
                                 ? "Make a capture of it with text2pcap (it comes with Wireshark)."
                                 : SAVE;
        return (struct recognised){texts[i].what, remedy};
    }
    return (struct recognised){"a text, not the packets themselves", SAVE};
}

/* --- formats without a magic number ------------------------------------------------------------
 */

static uint32_t little32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* A Windows event trace is buffers of whole KiB, each with a header of 72 bytes that begins with
 * its size; the first event is a system trace header: version, type (1 to 4), flags 0xc0. */
static bool is_event_trace(const uint8_t *head, size_t length)
{
    if (length < 76)
        return false;
    uint32_t size = little32(head);
    return size >= 1024 && size <= 16 << 20 && size % 1024 == 0 && head[75] == 0xc0 &&
           head[74] >= 1 && head[74] <= 4 && head[73] == 0 && head[72] <= 8;
}

/* An ERF record: time (8, little-endian), type, flags, length of the record, losses, length on the
 * wire. Two in a row, of a known type and near in time, are no accident. */
static bool is_erf(const uint8_t *head, size_t length)
{
    size_t at = 0;
    uint32_t seconds = 0;
    for (int record = 0; record < 2; record++) {
        if (at + 16 > length)
            return false;
        const uint8_t *p = head + at;
        uint32_t size = (uint32_t)p[10] << 8 | p[11], now = little32(p + 4);
        if ((p[8] & 0x7f) == 0 || (p[8] & 0x7f) > 48 || size < 16)
            return false;
        if (record > 0 && (now < seconds || now - seconds > 3600))
            return false;
        seconds = now;
        at += size;
    }
    return true;
}

struct recognised recognise(const uint8_t *head, size_t length)
{
    if (length == 0)
        return (struct recognised){"empty", "Check that what wrote it captured anything."};
    for (size_t i = 0; i < ARRAY_LENGTH(magics); i++)
        if (length >= (size_t)magics[i].at + magics[i].length &&
            memcmp(head + magics[i].at, magics[i].magic, magics[i].length) == 0)
            return (struct recognised){magics[i].what, magics[i].remedy};
    if (reencoded(head, length))
        return (struct recognised){
            "a capture that was changed as if it were text, as PowerShell does in a pipe and with "
            "\">\" (and FTP outside binary mode); its packets can't be restored",
            "Run the pipe in cmd instead: cmd /c \"dumpcap -i Wi-Fi -w - | ssh sensor roamwatch -r "
            "-\"; "
            "or let dumpcap write a file (-w FILE)."};
    if (is_event_trace(head, length))
        return (struct recognised){"a Windows event trace (.etl, as pktmon and netsh write it)",
                                   "Convert it on Windows with \"pktmon etl2pcap FILE --out "
                                   "out.pcapng\", and read that."};
    if (is_text(head, length))
        return text(head, length);
    if (is_erf(head, length))
        return (struct recognised){"an ERF capture (Endace)", CONVERT};
    return (struct recognised){"neither pcap nor pcapng, nor another kind that is known here",
                               "If Wireshark opens it, save it there as pcapng (File, Save As)."};
}
