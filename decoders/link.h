/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link: from the frame to what its link type says is in it. */
#ifndef DECODERS_LINK_H
#define DECODERS_LINK_H

#include "step.h"

/* What is left before anything is decoded. PACKET_OK, or what an empty frame is. */
enum packet_status link_begin(const struct frame *frame, struct layer *layer);

/* What follows an AF_ value, of whichever system: PACKET_OK, or PACKET_NOT_IP. */
enum packet_status link_family(uint32_t family, struct step *next);

/* Headers without a fixed length (link_variable.c). */
step_decode link_pktap;
step_decode link_nflog;
step_decode link_pflog;
step_decode link_frame_relay;
step_decode link_serial;

#endif
