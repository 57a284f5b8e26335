/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a service manager gets to hear, at a socket of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sensor/notify.h"

/* Binds where `name` says, "@" being the abstract namespace, and makes that the environment. */
static int manager(const char *name)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    const size_t length = strlen(name);
    assert_true(fd >= 0);
    memcpy(at.sun_path, name, length);
    if (name[0] == '@')
        at.sun_path[0] = '\0';
    assert_int_equal(
        bind(fd, (const struct sockaddr *)&at,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (name[0] == '/'))),
        0);
    setenv("NOTIFY_SOCKET", name, 1);
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return fd;
}

static char *own_name(char out[64], const char *before)
{
    snprintf(out, 64, "%sroamwatch-notify-%ld", before, (long)getpid());
    return out;
}

static void hears(int fd, const char *wanted)
{
    char buffer[1024];
    const ssize_t length = recv(fd, buffer, sizeof buffer - 1, MSG_DONTWAIT);
    if (length < 0)
        fail_msg("nothing was sent; wanted: %s", wanted);
    buffer[length] = '\0';
    assert_string_equal(buffer, wanted);
}

static void hears_nothing(int fd)
{
    char buffer[8];
    assert_int_equal(recv(fd, buffer, sizeof buffer, MSG_DONTWAIT), -1);
}

static void tells_how_it_stands(void **state)
{
    char name[64], buffer[128];
    struct notify notify;
    (void)state;
    const int fd = manager(own_name(name, "@"));
    assert_true(notify_open(&notify));
    notify_ready(&notify, "watches eth1");
    hears(fd, "READY=1\nSTATUS=watches eth1\n");
    notify_ready(&notify, NULL);
    hears(fd, "READY=1\n\n");
    notify_status(&notify, "3 clients\nREADY=0");
    hears(fd, "STATUS=3 clients\n"); /* no line smuggles another variable in */
    notify_reloading(&notify);
    const ssize_t length = recv(fd, buffer, sizeof buffer - 1, MSG_DONTWAIT);
    assert_true(length > 0);
    buffer[length] = '\0';
    assert_non_null(strstr(buffer, "RELOADING=1\nMONOTONIC_USEC="));
    notify_stopping(&notify);
    hears(fd, "STOPPING=1\n");
    notify_alive(&notify); /* nobody waits for it */
    hears_nothing(fd);
    assert_true(notify_interval(&notify) == 0);
    notify_close(&notify);
    close(fd);
}

static void the_watchdog_is_fed(void **state)
{
    char name[64], pid[24];
    struct notify notify;
    (void)state;
    const int fd = manager(own_name(name, "/tmp/"));
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    setenv("WATCHDOG_USEC", "30000000", 1);
    setenv("WATCHDOG_PID", pid, 1);
    assert_true(notify_open(&notify));
    unlink(name); /* connected it stays, where the path is out of reach */
    assert_true(notify_interval(&notify) == 15 * NS_PER_SEC);
    notify_alive(&notify);
    hears(fd, "WATCHDOG=1\n");
    notify_close(&notify);
    close(fd);
}

static void the_watchdog_is_anothers(void **state)
{
    static const struct {
        const char *span, *pid;
    } others[] = {{"30000000", "1"}, {"30000000", ""}, {"x", NULL},
                  {"-5", NULL},      {"5 ", NULL},     {"99999999999999999999999", NULL}};
    char name[64];
    (void)state;
    const int fd = manager(own_name(name, "@"));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct notify notify;
        setenv("WATCHDOG_USEC", others[i].span, 1);
        if (others[i].pid)
            setenv("WATCHDOG_PID", others[i].pid, 1);
        else
            unsetenv("WATCHDOG_PID");
        assert_true(notify_open(&notify));
        assert_true(notify_interval(&notify) == 0);
        notify_close(&notify);
    }
    close(fd);
}

static void nobody_listens(void **state)
{
    struct notify notify;
    (void)state;
    unsetenv("NOTIFY_SOCKET");
    assert_true(notify_open(&notify));
    notify_ready(&notify, "x");
    notify_alive(&notify);
    notify_close(&notify);
    setenv("NOTIFY_SOCKET", "/tmp/roamwatch-there-is-no-such-socket", 1);
    assert_false(notify_open(&notify));
    assert_int_equal(errno, ENOENT);
    notify_stopping(&notify);
    setenv("NOTIFY_SOCKET", "vsock:2:1", 1);
    assert_false(notify_open(&notify));
    assert_int_equal(errno, EINVAL);
    unsetenv("NOTIFY_SOCKET");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_how_it_stands),
        cmocka_unit_test(the_watchdog_is_fed),
        cmocka_unit_test(the_watchdog_is_anothers),
        cmocka_unit_test(nobody_listens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
