/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hash: SipHash-2-4 (Aumasson and Bernstein, 2012). What fills our tables comes off the wire, so a
 * sender must not be able to choose what collides: every hash is keyed. No order that anybody sees
 * ever depends on a hash. */
#ifndef DECODERS_HASH_H
#define DECODERS_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const uint64_t key[2], const void *bytes, size_t length);

#endif
