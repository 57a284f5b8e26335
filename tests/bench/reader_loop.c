/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader_loop: what bare_loop does, with the sensor's own reader. With -l it lists each frame:
 * number, time in nanoseconds, lengths on the wire and here, link type; tests/corpus/frames
 * compares that. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "sensor/capture/savefile.h"

int main(int argc, char **argv)
{
    char error[SOURCE_ERROR];
    const volatile int stop = 0;
    struct frame frame;
    unsigned long long packets = 0, length = 0;
    bool list = argc == 3 && strcmp(argv[1], "-l") == 0;
    int status = EX_USAGE;
    if (argc != 2 && !list) {
        fputs("reader_loop [-l] FILE: reads a capture; with -l, lists its frames.\n", stderr);
        return status;
    }
    struct source *source = savefile_open(argv[argc - 1], 0, NULL, &stop, error, &status);
    if (!source) {
        fprintf(stderr, "reader_loop: %s\n", error);
        return status;
    }
    enum source_status ended;
    while ((ended = source_next(source, &frame)) == SOURCE_FRAME) {
        packets++;
        length += frame.length;
        if (list)
            printf("%llu %" PRId64 " %u %u %u\n", (unsigned long long)frame.ref.number, frame.time,
                   frame.length, frame.captured, frame.linktype);
    }
    status = ended == SOURCE_END ? 0 : source->exit;
    if (status)
        fprintf(stderr, "reader_loop: %s\n", source->error);
    if (!list)
        printf("%llu packets, %llu bytes\n", packets, length);
    source_close(source);
    return status;
}
