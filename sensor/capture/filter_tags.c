/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter_tags: see filter_tags.h. Compiled for one link type, a filter reaches the frame by offsets
 * from its start, so a tag is taken into account by adding its length to them. */
#include "sensor/capture/filter_tags.h"

#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/capture/vlan_layout.h"

#define TAGS_MOST 2
#define SELECT    (VLAN_TYPES + 2) /* instructions that decide about one tag */

/* Where the protocol stands behind so many tags: a tag's last two bytes. */
static uint32_t protocol_at(const struct vlan_layout *layout, unsigned tags)
{
    return tags == 0 ? layout->protocol_at : layout->header + VLAN_TAG * tags - 2u;
}

static bool loads(const struct bpf_insn *insn)
{
    unsigned mode = BPF_MODE(insn->code);

    return (BPF_CLASS(insn->code) == BPF_LD && (mode == BPF_ABS || mode == BPF_IND)) ||
           (BPF_CLASS(insn->code) == BPF_LDX && mode == BPF_MSH);
}

static struct bpf_insn *put_copy(struct bpf_insn *to, const struct bpf_program *plain,
                                 const struct vlan_layout *layout, unsigned tags)
{
    memcpy(to, plain->bf_insns, plain->bf_len * sizeof *to);
    for (struct bpf_insn *end = to + plain->bf_len; to < end; to++) {
        if (!loads(to))
            continue;
        if (to->k == layout->protocol_at)
            to->k = protocol_at(layout, tags);
        else if (to->k >= layout->header)
            to->k += VLAN_TAG * tags;
    }
    return to;
}

/* Goes on behind itself where a further tag follows, else `otherwise` instructions further. */
static struct bpf_insn *put_select(struct bpf_insn *to, uint32_t at, uint32_t otherwise)
{
    *to++ = (struct bpf_insn){.code = BPF_LD | BPF_H | BPF_ABS, .k = at};
    for (size_t i = 0; i < VLAN_TYPES; i++)
        *to++ = (struct bpf_insn){
            .code = BPF_JMP | BPF_JEQ | BPF_K, .jt = (u_char)(VLAN_TYPES - i), .k = vlan_types[i]};
    *to++ = (struct bpf_insn){.code = BPF_JMP | BPF_JA, .k = otherwise};
    return to;
}

bool filter_tags_add(const struct bpf_program *plain, uint32_t linktype, struct bpf_program *out)
{
    const struct vlan_layout *layout = vlan_layout_find(linktype);
    const uint32_t length = plain->bf_len;
    const uint32_t total = layout ? TAGS_MOST * SELECT + (TAGS_MOST + 1) * length : length;

    *out = (struct bpf_program){.bf_len = total};
    struct bpf_insn *to = out->bf_insns = calloc(total, sizeof *to);
    if (!to)
        return false;
    if (!layout) {
        memcpy(to, plain->bf_insns, length * sizeof *to);
        return true;
    }
    /* The copies follow in the order two tags, one, none. */
    to = put_select(to, protocol_at(layout, 0), SELECT + 2 * length);
    to = put_select(to, protocol_at(layout, 1), length);
    for (unsigned tags = TAGS_MOST + 1; tags-- > 0;)
        to = put_copy(to, plain, layout, tags);
    return true;
}

bool filter_tags_cooked(uint32_t linktype)
{
    const struct vlan_layout *layout = vlan_layout_find(linktype);

    return layout && layout->cooked;
}

/* The kernel takes the outermost tag of what arrives off itself. Where it still says that a tag
 * follows, the frame is sent from here, or has two, and whether it begins with a tag or behind it
 * depends on the kernel's version: those few frames pass. */
void filter_tags_cook(struct bpf_program *program, uint32_t linktype)
{
    const struct vlan_layout *layout = vlan_layout_find(linktype);

    program->bf_insns[SELECT] =
        (struct bpf_insn){.code = BPF_RET | BPF_K, .k = FILTER_WHOLE_PACKET};

    for (struct bpf_insn *i = program->bf_insns; i < program->bf_insns + program->bf_len; i++) {
        if (!loads(i))
            continue;
        if (i->k == layout->protocol_at)
            i->k = (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL);
        else if (i->k >= layout->header)
            i->k -= layout->header;
    }
}
