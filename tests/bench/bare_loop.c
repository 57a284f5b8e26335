/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bare_loop: the least that any program pays for reading a capture with libpcap: every packet's
 * length is touched, nothing else. The benchmark's yardstick. */
#include <pcap/pcap.h>
#include <stdio.h>
#include <sysexits.h>

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *bytes;
    unsigned long long packets = 0, length = 0;
    if (argc != 2) {
        fputs("bare_loop FILE: reads a capture and does nothing with it.\n", stderr);
        return EX_USAGE;
    }
    pcap_t *source = pcap_open_offline(argv[1], error);
    if (!source) {
        fprintf(stderr, "bare_loop: %s can't be read: %s.\n", argv[1], error);
        return EX_NOINPUT;
    }
    int result;
    while ((result = pcap_next_ex(source, &header, &bytes)) == 1) {
        packets++;
        length += header->len;
    }
    if (result == PCAP_ERROR)
        fprintf(stderr, "bare_loop: %s is damaged: %s.\n", argv[1], pcap_geterr(source));
    pcap_close(source);
    printf("%llu packets, %llu bytes\n", packets, length);
    return result == PCAP_ERROR ? EX_DATAERR : 0;
}
