/* SPDX-License-Identifier: GPL-2.0-or-later */
/* privileges: see privileges.h. */
#include "sensor/privileges.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>
#ifdef HAVE_LIBCAP_NG
#include <cap-ng.h>
#endif

/* Without a user of its own: who owns nothing. */
static const char *const usual_users[] = {"roamwatch", "nobody"};

static bool take_user(const char *name, struct privileges_user *out)
{
    const struct passwd *entry = getpwnam(name);
    if (!entry)
        return false;
    out->uid = entry->pw_uid;
    out->gid = entry->pw_gid;
    snprintf(out->name, sizeof out->name, "%s", name);
    return true;
}

/* Root of a container may lack the right to become somebody else. */
static bool can_change_user(void)
{
#ifdef HAVE_LIBCAP_NG
    return geteuid() == 0 && capng_get_caps_process() == 0 &&
           capng_have_capability(CAPNG_EFFECTIVE, CAP_SETUID) &&
           capng_have_capability(CAPNG_EFFECTIVE, CAP_SETGID);
#else
    return false;
#endif
}

int privileges_find_user(const char *wanted, struct privileges_user *out, char error[CONFIG_ERROR])
{
    bool found = false;
    *out = (struct privileges_user){.uid = geteuid(), .gid = getegid()};
    if (!can_change_user() || strcmp(wanted, "root") == 0)
        return 0;
    if (wanted[0]) {
        found = take_user(wanted, out);
    } else {
        for (size_t i = 0; i < sizeof usual_users / sizeof *usual_users && !found; i++)
            found = take_user(usual_users[i], out);
    }
    out->change = found && out->uid != 0;
    if (found)
        return 0;
    snprintf(error, CONFIG_ERROR,
             "There is no user %s to become: create it, or name another one in privileges.user.",
             wanted[0] ? wanted : "roamwatch");
    return EX_CONFIG;
}

/* Asks the kernel itself. Protocol 0 receives nothing. */
int privileges_check_capture(char error[CONFIG_ERROR])
{
    char program[256] = "roamwatch";
    const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        close(fd);
        return 0;
    }
    if (errno != EPERM && errno != EACCES) {
        snprintf(error, CONFIG_ERROR, "The kernel gives no socket to capture with: %s.",
                 strerror(errno));
        return EX_UNAVAILABLE;
    }
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length > 0)
        program[length] = '\0';
    snprintf(error, CONFIG_ERROR,
             "Not permitted to capture: run it as root, or give the program the right once, as "
             "root: setcap cap_net_raw=ep %s",
             program);
    return EX_NOPERM;
}

#ifdef HAVE_LIBCAP_NG

static int fail(const char *what, char error[CONFIG_ERROR])
{
    snprintf(error, CONFIG_ERROR,
             "Cannot %s: %s. Start it with fewer rights, or as root of the whole system.", what,
             strerror(errno));
    return EX_OSERR;
}

/* keep: a capability, or -1. One that the process has not got is none it could keep. */
static int choose(int keep, char error[CONFIG_ERROR])
{
    if (capng_get_caps_process() != 0)
        return fail("read the capabilities", error);
    const bool has = keep >= 0 && capng_have_capability(CAPNG_PERMITTED, (unsigned)keep);
    capng_clear(CAPNG_SELECT_CAPS);
    if (has)
        capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, (unsigned)keep);
    return 0;
}

/* Nothing that is executed later gains rights again; nothing is, but it costs nothing. */
static int seal(char error[CONFIG_ERROR])
{
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : fail("give up new privileges", error);
}

/* The bounding set goes first: that needs a right which goes with the rest. */
static int keep_only(int keep, char error[CONFIG_ERROR])
{
    if (capng_get_caps_process() != 0)
        return fail("read the capabilities", error);
    if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP)) {
        capng_clear(CAPNG_SELECT_BOUNDS);
        if (capng_apply(CAPNG_SELECT_BOUNDS) != 0)
            return fail("drop the capabilities for good", error);
    }
    const int status = choose(keep, error);
    if (status)
        return status;
    if (capng_apply(CAPNG_SELECT_CAPS) != 0)
        return fail("drop the capabilities", error);
    return seal(error);
}

static int become(const struct privileges_user *user, int keep, char error[CONFIG_ERROR])
{
    if (capng_get_caps_process() != 0)
        return fail("read the capabilities", error);
    const bool bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
    const int status = choose(keep, error);
    if (status)
        return status;
    const capng_flags_t flags =
        bounds ? CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING : CAPNG_DROP_SUPP_GRP;
    if (capng_change_id((int)user->uid, (int)user->gid, flags) != 0)
        return fail("become another user", error);
    return seal(error);
}

int privileges_keep_capture(const struct privileges_user *user, char note[CONFIG_ERROR],
                            char error[CONFIG_ERROR])
{
    note[0] = '\0';
    if (user->change) {
        if (strcmp(user->name, "nobody") == 0)
            snprintf(note, CONFIG_ERROR,
                     "Runs on as nobody, for there is no user roamwatch: create it "
                     "(systemd-sysusers), or name one in privileges.user.");
        return become(user, CAP_NET_RAW, error);
    }
    if (geteuid() == 0)
        snprintf(note, CONFIG_ERROR, "Runs on as root, with no right but to capture.");
    return keep_only(CAP_NET_RAW, error);
}

int privileges_keep_reading(char error[CONFIG_ERROR])
{
    return keep_only(CAP_DAC_READ_SEARCH, error);
}

int privileges_keep_nothing(char error[CONFIG_ERROR])
{
    return keep_only(-1, error);
}

#else

int privileges_keep_capture(const struct privileges_user *user, char note[CONFIG_ERROR],
                            char error[CONFIG_ERROR])
{
    (void)user;
    (void)error;
    note[0] = '\0';
    if (geteuid() == 0)
        snprintf(note, CONFIG_ERROR,
                 "Keeps all its privileges, for it was built without libcap-ng.");
    return 0;
}

int privileges_keep_reading(char error[CONFIG_ERROR])
{
    (void)error;
    return 0;
}

int privileges_keep_nothing(char error[CONFIG_ERROR])
{
    (void)error;
    return 0;
}

#endif
