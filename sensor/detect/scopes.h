/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scopes: how many clients are active, and how many of them fail alike, in each configured segment
 * and over the whole site; when that is so many that one alert should stand for all of them, and
 * when no longer (design: "Alerts"). Everything is a counter that is kept up to date, so a sample
 * costs the same among ten clients and among ten thousand. The families are apart: a site is two.
 *
 * Clients fail alike whose protection, family, code and cause are the same. A client is active for
 * alerts.scope_window after its newest packet. A client that lies in several segments belongs to
 * the smallest. */
#ifndef SENSOR_DETECT_SCOPES_H
#define SENSOR_DETECT_SCOPES_H

#include <sys/queue.h>

#include "sensor/config.h"
#include "sensor/detect/notice.h"
#include "sensor/detect/standing.h"

/* One client's part in it. Zero is a client that has not been seen. */
struct scope_member {
    TAILQ_ENTRY(scope_member) by_activity; /* the active ones, least recently seen first */
    nstime seen;
    bool active;
    uint16_t site, segment; /* 0: none */
    struct scope_use {
        bool uses; /* it has this protection at all: others say nothing of it */
        uint8_t state;
        uint8_t code, cause; /* failing */
        nstime since;        /* failing */
        uint64_t folded;     /* id of the wider alert that stands for it; see scopes_cover() */
    } use[PROTECTION_COUNT];
};

enum { MEMBER_UNKNOWN, MEMBER_WELL, MEMBER_FAILING };

/* A wave of failures of one kind: they began within alerts.scope_window of one another. */
struct scope_group {
    uint32_t clients;     /* that are active and fail so */
    nstime since, newest; /* when the first and the last of the wave began */
};

/* A segment or the site of a family, for one protection. */
struct scope {
    struct alert_state alert; /* id 0: none stands */
    nstime ended;             /* the last one before */
    uint32_t active, well;    /* clients that have this protection; of them known to work */
    uint32_t folded;          /* clients that the alert stands for, however long silent */
    uint32_t folded_active;
    uint32_t most, most_of; /* the most of them that failed at once; of how many */
    struct scope_group group[2][CAUSE_COUNT];
};

struct scopes;

/* NULL where memory is out. */
struct scopes *scopes_new(const struct config *config);
void scopes_free(struct scopes *scopes);

/* The client sent something. */
void scopes_seen(struct scopes *scopes, struct scope_member *member, const struct addr *client,
                 const struct vlan_tags *tags, nstime now);
/* It has this protection, and its failures count. */
void scopes_uses(struct scopes *scopes, struct scope_member *member, enum protection protection);
void scopes_fails(struct scopes *scopes, struct scope_member *member, enum protection protection,
                  enum notice_code code, enum cause cause, nstime since);
/* It fails no more: it works, or (well: false) nobody knows. */
void scopes_fails_no_more(struct scopes *scopes, struct scope_member *member,
                          enum protection protection, bool well);
/* The client is forgotten. */
void scopes_leave(struct scopes *scopes, struct scope_member *member);
/* The clock was set anew: nobody is active. */
void scopes_gap(struct scopes *scopes);

/* Scopes by number: 1 and 2 are the site, then the networks in the order of their addresses,
 * then VLANs. */
size_t scopes_count(const struct scopes *scopes);
struct scope *scopes_at(struct scopes *scopes, size_t number, enum protection protection);
enum addr_family scopes_family(const struct scopes *scopes, size_t number);
/* NULL for the site. */
const struct segment *scopes_segment(const struct scopes *scopes, size_t number);

/* Enough clients fail in this way for one alert. */
bool scopes_widens(const struct scopes *scopes, const struct scope *scope, enum notice_code code,
                   enum cause cause);
/* The scope's alert stands for too few. */
bool scopes_over(const struct scopes *scopes, const struct scope *scope);
const struct scope_group *scope_group(const struct scope *scope, enum notice_code code,
                                      enum cause cause);

/* The number of the scope whose alert stands for this member's failure; 0: none. The site's comes
 * before a segment's. What was folded stays so while its failure changes. told: it has an alert of
 * its own, which folds where it is alike. One that has not folds too where it is degraded by the
 * same cause, for paths fail one after another and it is on the way. */
size_t scopes_cover(struct scopes *scopes, const struct scope_member *member,
                    enum protection protection, bool told);
/* The alert of that scope stands for it from now on. */
void scopes_fold(struct scopes *scopes, struct scope_member *member, enum protection protection,
                 size_t number);
/* The scope's alert is over: it stands for nobody any more. */
void scopes_release(struct scope *scope, nstime now);
/* An alert that stood for it is over, and it has not failed since: it may be next to recover, and
 * is not told of by itself. last_bad: its newest packet that failed. */
bool scopes_waits(struct scopes *scopes, const struct scope_member *member,
                  enum protection protection, nstime last_bad);

#endif
