/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcapng_clock: see pcapng_clock.h. */
#include "sensor/capture/pcapng_clock.h"

#include "decoders/frame.h"

#define BINARY      0x80
#define TENS        19                 /* 10^19 is the highest power of ten in 64 bits */
#define SECONDS_MAX (INT64_C(1) << 61) /* two of them can be added */

struct moment {
    uint64_t seconds, nanoseconds;
};

static uint64_t power_of_ten(unsigned n)
{
    uint64_t power = 1;
    while (n-- > 0)
        power *= 10;
    return power;
}

static struct moment decimal(unsigned n, uint64_t ticks)
{
    if (n > TENS) /* so fine that 64 bits hold no second */
        return (struct moment){0, n - 9 <= TENS ? ticks / power_of_ten(n - 9) : 0};
    uint64_t a_second = power_of_ten(n), rest = ticks % a_second;
    return (struct moment){ticks / a_second,
                           n <= 9 ? rest * power_of_ten(9 - n) : rest / power_of_ten(n - 9)};
}

/* Of the fraction 34 bits are kept: they are finer than a nanosecond, and their product with a
 * billion has 64 bits. */
static struct moment binary(unsigned n, uint64_t ticks)
{
    uint64_t seconds = n < 64 ? ticks >> n : 0;
    uint64_t rest = n < 64 ? ticks & ((UINT64_C(1) << n) - 1) : ticks;
    unsigned kept = n;
    if (n > 34) {
        rest = n - 34 < 64 ? rest >> (n - 34) : 0;
        kept = 34;
    }
    return (struct moment){seconds, rest * (uint64_t)NS_PER_SEC >> kept};
}

static int64_t within(int64_t value)
{
    return value > SECONDS_MAX ? SECONDS_MAX : value < -SECONDS_MAX ? -SECONDS_MAX : value;
}

nstime pcapng_clock_time(const struct pcapng_clock *clock, uint64_t ticks)
{
    unsigned n = clock->resolution & ~(unsigned)BINARY;
    struct moment moment = clock->resolution & BINARY ? binary(n, ticks)
                           : n == PCAPNG_CLOCK_DEFAULT
                               ? (struct moment){ticks / 1000000, ticks % 1000000 * 1000}
                               : decimal(n, ticks);
    int64_t seconds = moment.seconds > SECONDS_MAX ? SECONDS_MAX : (int64_t)moment.seconds;
    seconds += within(clock->offset);
    if (seconds < 0)
        return 0;
    if (seconds >= FRAME_TIME_MAX / NS_PER_SEC)
        return FRAME_TIME_MAX;
    return seconds * NS_PER_SEC + (nstime)moment.nanoseconds;
}
