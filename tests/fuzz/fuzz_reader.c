/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader of capture files: whatever the bytes are and in whatever pieces they come, each frame
 * keeps what frame.h says and lies in memory, and an end in damage has its sentence. An input is a
 * byte that chooses the pieces, and a file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "sensor/capture/bytes.h"
#include "sensor/capture/savefile.h"

#define FRAMES_MAX 20000 /* of a small file that unpacks to a large one */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_at(bool holds, const char *what, int line)
{
    if (holds)
        return;
    fprintf(stderr, "line %d: %s does not hold\n", line, what);
    abort();
}

#define require(what) require_at(what, #what, __LINE__)

/* Pieces as a pipe brings them. */
struct pieces {
    struct bytes_origin origin;
    const uint8_t *at, *end;
    size_t largest;
};

static ssize_t give(struct bytes_origin *origin, struct bytes *by, uint8_t *into, size_t size)
{
    struct pieces *p = (struct pieces *)origin;
    size_t length = (size_t)(p->end - p->at);
    (void)by;
    length = length < size ? length : size;
    length = length < p->largest ? length : p->largest;
    memcpy(into, p->at, length);
    p->at += length;
    return (ssize_t)length;
}

static void gone(struct bytes_origin *origin)
{
    free(origin);
}

static uint64_t check_frame(const struct frame *frame, uint64_t before)
{
    uint64_t sum = 0;
    require(frame->time >= 0 && frame->time <= FRAME_TIME_MAX);
    require(frame->ref.number > before && frame->ref.file == 3);
    require(frame->bytes != NULL);
    for (uint32_t i = 0; i < frame->captured; i++)
        sum += frame->bytes[i];
    return sum;
}

static uint64_t read_all(struct source *source)
{
    struct frame frame;
    uint64_t sum = 0, before = 0;
    enum source_status status = SOURCE_FRAME;
    for (int i = 0; i < FRAMES_MAX && status == SOURCE_FRAME; i++) {
        status = source_next(source, &frame);
        if (status != SOURCE_FRAME)
            break;
        sum += check_frame(&frame, before);
        before = frame.ref.number;
    }
    require(status != SOURCE_STOPPED);
    require(status == SOURCE_FRAME || status == SOURCE_END ||
            (strlen(source->error) > 0 && source->exit != 0));
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t largest[] = {1 << 20, 1, 7, 4096};
    static const volatile int stop;
    char error[SOURCE_ERROR] = "";
    int status = -1;
    if (size < 1)
        return 0;
    struct pieces *pieces = malloc(sizeof *pieces);
    require(pieces != NULL);
    *pieces = (struct pieces){{give, gone}, data + 1, data + size, largest[data[0] % 4]};
    struct source *source = savefile_of(
        &pieces->origin, "input", 3, data[0] & 0x80 ? "udp port 53" : NULL, &stop, error, &status);
    require((source != NULL) == (status == 0));
    require(source || (status == EX_DATAERR && strlen(error) > 0));
    volatile uint64_t sum = source ? read_all(source) : 0;
    (void)sum;
    source_close(source);
    return 0;
}
