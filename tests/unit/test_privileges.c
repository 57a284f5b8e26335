/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left of root's rights, seen from inside: each case in a process of its own, for there is
 * no way back. Only root has anything to lose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "sensor/privileges.h"

#define ONLY_NET_RAW 0x2000u /* capabilities(7): number 13 */
#define ONLY_READING 0x4u    /* CAP_DAC_READ_SEARCH: number 2 */

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* A line of /proc/self/status as a number. */
static unsigned long long status_of(const char *name, int base)
{
    char line[256];
    unsigned long long number = ~0ull;
    FILE *file = fopen("/proc/self/status", "re");
    CHECK(file);
    while (fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0)
            number = strtoull(line + strlen(name), NULL, base);
    fclose(file);
    return number;
}

static bool holds(unsigned long long capabilities)
{
    return status_of("CapEff:", 16) == capabilities && status_of("CapPrm:", 16) == capabilities &&
           status_of("CapInh:", 16) == 0 && status_of("CapAmb:", 16) == 0 &&
           status_of("NoNewPrivs:", 10) == 1;
}

static bool can_capture(void)
{
    const int fd = socket(AF_PACKET, SOCK_RAW, 0);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void in_a_child(void (*body)(void))
{
    int status;
#ifndef HAVE_LIBCAP_NG
    (void)body;
    print_message("built without libcap-ng: nothing is dropped\n");
    skip();
#endif
    if (geteuid() != 0) {
        print_message("not root: there is nothing to drop\n");
        skip();
    }
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        body();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void become_nobody(void)
{
    char error[CONFIG_ERROR], note[CONFIG_ERROR];
    struct privileges_user user;
    CHECK(privileges_find_user("nobody", &user, error) == 0);
    CHECK(user.change);
    CHECK(privileges_keep_capture(&user, note, error) == 0);
    CHECK(strstr(note, "nobody"));
    CHECK(getuid() == user.uid && geteuid() == user.uid && getgid() == user.gid);
    CHECK(getgroups(0, NULL) == 0);
    CHECK(holds(ONLY_NET_RAW));
    CHECK(status_of("CapBnd:", 16) == 0);
    CHECK(can_capture());
    CHECK(setuid(0) == -1 && seteuid(0) == -1 && setgid(0) == -1);
    CHECK(open("/proc/1/environ", O_RDONLY) == -1);
    CHECK(privileges_check_capture(error) == 0);
}

static void a_live_run_becomes_another(void **state)
{
    (void)state;
    in_a_child(become_nobody);
}

static void stay_root(void)
{
    char error[CONFIG_ERROR], note[CONFIG_ERROR];
    struct privileges_user user;
    CHECK(privileges_find_user("root", &user, error) == 0);
    CHECK(!user.change);
    CHECK(privileges_keep_capture(&user, note, error) == 0);
    CHECK(strstr(note, "root"));
    CHECK(getuid() == 0 && holds(ONLY_NET_RAW) && can_capture());
    CHECK(setuid(65534) == -1);
}

static void a_live_run_may_stay_root(void **state)
{
    (void)state;
    in_a_child(stay_root);
}

static void replay(void)
{
    char error[CONFIG_ERROR], path[] = "/tmp/roamwatch-XXXXXX";
    const int fd = mkstemp(path);
    CHECK(fd >= 0 && fchown(fd, 65534, 65534) == 0 && fchmod(fd, 0600) == 0);
    CHECK(privileges_keep_reading(error) == 0);
    CHECK(getuid() == 0 && holds(ONLY_READING) && !can_capture());
    const int other = open(path, O_RDONLY); /* another user's capture, for nobody else to read */
    CHECK(other >= 0);
    CHECK(open(path, O_WRONLY) == -1);
    CHECK(privileges_keep_nothing(error) == 0);
    CHECK(holds(0));
    CHECK(open(path, O_RDONLY) == -1);
    CHECK(privileges_check_capture(error) == EX_NOPERM);
    CHECK(strncmp(error, "Not permitted to capture: ", 26) == 0 && strstr(error, "setcap "));
    CHECK(privileges_keep_nothing(error) == 0); /* again is no error */
    unlink(path);
}

static void a_replay_keeps_none(void **state)
{
    (void)state;
    in_a_child(replay);
}

static void drop_first(void)
{
    char error[CONFIG_ERROR];
    struct privileges_user user;
    CHECK(privileges_keep_nothing(error) == 0);
    CHECK(privileges_find_user("nobody", &user, error) == 0);
    CHECK(!user.change); /* root of a container that may become nobody else */
}

static void who_cannot_change_stays(void **state)
{
    (void)state;
    in_a_child(drop_first);
}

static void no_such_user(void)
{
    char error[CONFIG_ERROR];
    struct privileges_user user;
    CHECK(privileges_find_user("no-such-user-here", &user, error) == EX_CONFIG);
    CHECK(strstr(error, "no-such-user-here") && strstr(error, "privileges.user"));
}

static void an_unknown_user_is_said(void **state)
{
    (void)state;
    in_a_child(no_such_user);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_live_run_becomes_another), cmocka_unit_test(a_live_run_may_stay_root),
        cmocka_unit_test(a_replay_keeps_none),        cmocka_unit_test(who_cannot_change_stays),
        cmocka_unit_test(an_unknown_user_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
