/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock_shim: sets the clocks of one process. Preloaded, it adds whole seconds to the wall clock,
 * to the clock that counts a suspend, and to the time of every packet; they stand in the file that
 * LAB_CLOCK names: two 64-bit numbers, which may change at any time. So the lab can suspend a
 * machine without suspending one. The monotonic clock is left alone, as a suspend leaves it. */
#include <dlfcn.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct steps {
    volatile int64_t real; /* CLOCK_REALTIME and packets */
    volatile int64_t boot; /* CLOCK_BOOTTIME */
};

static const struct steps *steps(void)
{
    static const struct steps none, *mapped;
    if (mapped)
        return mapped;
    mapped = &none;
    const char *path = getenv("LAB_CLOCK");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return mapped;
    void *at = mmap(NULL, sizeof none, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (at != MAP_FAILED)
        mapped = at;
    return mapped;
}

/* Before anything is confined. */
__attribute__((constructor)) static void begin(void)
{
    steps();
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    if (result == 0 && clock == CLOCK_REALTIME)
        now->tv_sec += steps()->real;
    if (result == 0 && clock == CLOCK_BOOTTIME)
        now->tv_sec += steps()->boot;
    return result;
}

int pcap_next_ex(pcap_t *pcap, struct pcap_pkthdr **header, const u_char **bytes)
{
    static int (*real)(pcap_t *, struct pcap_pkthdr **, const u_char **);
    static struct pcap_pkthdr stepped;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "pcap_next_ex");
    int result = real(pcap, header, bytes);
    if (result == 1) {
        stepped = **header;
        stepped.ts.tv_sec += steps()->real;
        *header = &stepped;
    }
    return result;
}
