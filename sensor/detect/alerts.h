/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alerts: judgement → notice: the life of one alert. It has one id from the moment it is told,
 * through changes of its code, cause or severity, until it resolves. A client's stands from
 * `likely` up, for modules and forwarders (design: "Alerts"); whether it is told by itself or a
 * wider one stands for it is decided by folding.h between the steps here. */
#ifndef SENSOR_DETECT_ALERTS_H
#define SENSOR_DETECT_ALERTS_H

#include "sensor/detect/notice.h"
#include "sensor/detect/standing.h"

struct alerts {
    uint64_t last_id;
};

enum alert_step {
    ALERT_QUIET,     /* nothing stands, or it goes on as it was */
    ALERT_STANDS,    /* it fails, as the state now says */
    ALERT_RECOVERED, /* what stands must end: it works */
    ALERT_UNFIT      /* what stands must end: the capture cannot tell */
};

/* Holds a judgement against what stands. While the code is the same, a cause less sure than the one
 * told displaces it only when that was not found for the whole `window` of the samples, and one as
 * sure only when it was not found for two rounds of probes: failures of two kinds take turns. */
enum alert_step alerts_follow(struct alert_state *state, const struct judgement *judgement,
                              uint64_t failed_samples, nstime window);
/* Tells of what stands by itself: that it fires, or has changed. False where nobody need be told.
 */
bool alerts_tell(struct alerts *alerts, struct alert_state *state,
                 const struct judgement *judgement, struct notice *out);
/* Ends what stands. False where it was not told by itself. */
bool alerts_end(struct alert_state *state, const struct addr *client,
                enum notice_resolution resolution, nstime now, struct notice *out);
/* The alert `wider` stands for it from now on. False where it was not told by itself. */
bool alerts_fold(struct alert_state *state, const struct addr *client, const struct notice *wider,
                 nstime now, struct notice *out);

/* What a segment's or the site's alert says besides its state. */
struct alert_reach {
    enum notice_scope scope;
    enum addr_family family;
    struct segment segment;
    uint64_t count, of;
};

/* A wider alert fires, or changes to what fails alike now. one: the client that completes it. */
void alerts_widen(struct alerts *alerts, struct alert_state *state, const struct alert_reach *reach,
                  const struct alert_state *one, const struct judgement *judgement, nstime since,
                  struct notice *out);
void alerts_end_wide(struct alert_state *state, const struct alert_reach *reach,
                     enum notice_resolution resolution, nstime now, struct notice *out);

#endif
