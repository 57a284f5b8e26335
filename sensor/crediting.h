/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crediting: puts what the trackers report on the account of its client, or of the control group:
 * outcome → sample → path. What it comes to is judged in judging.c. */
#ifndef SENSOR_CREDITING_H
#define SENSOR_CREDITING_H

#include "sensor/detect/clients.h"
#include "sensor/detect/control.h"
#include "sensor/tracking.h"

struct crediting {
    const struct config *config;
    struct control *control;
    uint64_t lost; /* samples that could not be kept because memory was out */
};

/* Whose the report is; NULL where it is no client's: the control group's, DNS over TCP's attempts.
 */
const struct addr *crediting_client(const struct report *report);

/* True where a sample came of it, so that the protection is to be judged. */
bool crediting_report(struct crediting *c, struct client *client, const struct report *report,
                      enum protection *protection);

/* A report of the control group; the client whose outcome it is, once that is known; NULL. */
struct client *crediting_control(struct crediting *c, struct clients *clients,
                                 const struct report *report);

#endif
