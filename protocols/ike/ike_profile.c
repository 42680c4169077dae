#include "ike/ike_internal.h"

/*
 * What is known of implementations: [MS-IKEE] (its notes say which Windows does what), KB 818043
 * and 885407 for NAT traversal, recordings for vendor IDs and the order of messages, and for Linux
 * what strongSwan was seen to do.
 */

/* What RFC 2408, 2409, 3706 and 3947 ask for, and values of this project where they leave it. */
static const struct ike_behaviour rfc = {
    .vendors = {IKE_VENDOR_NAT_T_RFC, IKE_VENDOR_DPD},
    .vendor_count = 2,
    .retransmit_ms = 2000,
    .retransmit_growth = 200,
    .retransmit_count = 5,
    .responder_retransmits = true,
    .half_open_ms = 60000,
    .sends_initial_contact = true,
    .responder_fragments = true,
    .assume_udp_encapsulation = IKE_ASSUME_UDP_BOTH,
    .nat_keepalive_ms = 20000,
    .delete_keeps_children = true,
    .dpd_count = 5,
    .dpd_retry_ms = 5000,
    .responder_lifetime = true,
    .early_inbound = true,
    .rekey_margin_s = 60,
    .rekey_margin_percent = 20,
    .replaced_keep_ms = 10000,
};

/* strongSwan 5.9: its intervals are 4, 7.2, 13, 23 and 42 seconds. */
static const struct ike_behaviour linux_ = {
    .vendors = {IKE_VENDOR_XAUTH, IKE_VENDOR_DPD, IKE_VENDOR_FRAGMENTATION, IKE_VENDOR_NAT_T_RFC,
                IKE_VENDOR_NAT_T_02},
    .vendor_count = 5,
    .retransmit_ms = 4000,
    .retransmit_growth = 180,
    .retransmit_count = 5,
    .half_open_ms = 30000,
    .sends_initial_contact = true,
    .assume_udp_encapsulation = IKE_ASSUME_UDP_BOTH,
    .nat_keepalive_ms = 20000,
    .dpd_count = 5,
    .dpd_retry_ms = 5000,
    .rekey_margin_s = 540,
    .rekey_margin_percent = 20,
    .replaced_keep_ms = 5000,
};

/* Seven packets in 63 seconds; 500 half-open negotiations, 35 of one address (note 29). */
static const struct ike_behaviour windows_2000 = {
    .vendors = {IKE_VENDOR_MS_NT5},
    .vendor_count = 1,
    .microsoft_version = IKE_MS_WINDOWS_2000,
    .retransmit_ms = 1000,
    .retransmit_growth = 200,
    .retransmit_count = 6,
    .retransmit_final_ms = 1000,
    .responder_retransmits = true,
    .half_open_ms = 64000,
    .long_durations = true,
    .refuses_aggressive = true,
    .sends_status_notify = true,
    .requests_certificate_late = true,
    .responder_fragments = true,
    .assume_udp_encapsulation = IKE_ASSUME_UDP_BOTH,
    .original_address_if_hidden = true,
    .foreign_client_id = true,
    .delete_keeps_children = true,
    .commit_bit = true,
    .early_inbound = true,
    .child_idle_ms = 300000,
    .child_idle_cluster_ms = 60000,
    .rekey_margin_s = 60,
    .rekey_margin_percent = 20,
    .replaced_keep_ms = 10000,
    .half_open_limit = 500,
    .half_open_resume = 100,
    .half_open_address_limit = 35,
};

static void show(struct ike_behaviour *behaviour, const uint8_t *vendors, uint8_t count)
{
    for (uint8_t i = 0; i < count; i++)
        behaviour->vendors[i] = vendors[i];
    behaviour->vendor_count = count;
}

/* The update of KB 818043 brings draft 02 of NAT traversal. */
static struct ike_behaviour windows_2000_sp4(void)
{
    static const uint8_t vendors[] = {IKE_VENDOR_MS_NT5, IKE_VENDOR_NAT_T_02};
    struct ike_behaviour behaviour = windows_2000;
    show(&behaviour, vendors, sizeof vendors);
    behaviour.fqdn_behind_nat = true;
    behaviour.nat_keepalive_ms = 20000;
    return behaviour;
}

/* Acknowledged Deletes came with XP (notes 23 and 24). */
static struct ike_behaviour windows_xp(void)
{
    static const uint8_t vendors[] = {IKE_VENDOR_MS_NT5, IKE_VENDOR_FRAGMENTATION,
                                      IKE_VENDOR_INITIAL_CONTACT};
    struct ike_behaviour behaviour = windows_2000;
    show(&behaviour, vendors, sizeof vendors);
    behaviour.microsoft_version = IKE_MS_WINDOWS_XP;
    behaviour.acknowledged_delete = true;
    behaviour.delete_count = 6;
    return behaviour;
}

/* Service Pack 2 shows the version of Server 2003 and goes to no server behind a NAT. */
static struct ike_behaviour windows_xp_sp2(void)
{
    static const uint8_t vendors[] = {IKE_VENDOR_MS_NT5, IKE_VENDOR_FRAGMENTATION,
                                      IKE_VENDOR_NAT_T_02, IKE_VENDOR_INITIAL_CONTACT};
    struct ike_behaviour behaviour = windows_xp();
    show(&behaviour, vendors, sizeof vendors);
    behaviour.microsoft_version = IKE_MS_SERVER_2003;
    behaviour.assume_udp_encapsulation = IKE_ASSUME_UDP_NEVER;
    behaviour.fqdn_behind_nat = true;
    behaviour.nat_keepalive_ms = 20000;
    return behaviour;
}

/* Responders repeat nothing, and before Service Pack 2 there are no keep-alives (note 14). */
static struct ike_behaviour windows_vista(void)
{
    static const uint8_t vendors[] = {IKE_VENDOR_MS_NT5, IKE_VENDOR_NAT_T_RFC, IKE_VENDOR_NAT_T_02,
                                      IKE_VENDOR_FRAGMENTATION, IKE_VENDOR_INITIAL_CONTACT};
    struct ike_behaviour behaviour = windows_xp();
    show(&behaviour, vendors, sizeof vendors);
    behaviour.microsoft_version = IKE_MS_WINDOWS_VISTA;
    behaviour.responder_retransmits = false;
    behaviour.responder_fragments = false;
    behaviour.fragment_timer_from_start = true;
    behaviour.assume_udp_encapsulation = IKE_ASSUME_UDP_NEVER;
    return behaviour;
}

struct ike_behaviour ike_behaviour_of(enum ike_profile profile)
{
    struct ike_behaviour behaviour = rfc;
    switch (profile) {
    case IKE_PROFILE_RFC:
        break;
    case IKE_PROFILE_LINUX:
        behaviour = linux_;
        break;
    case IKE_PROFILE_WINDOWS_2000:
        behaviour = windows_2000;
        break;
    case IKE_PROFILE_WINDOWS_2000_SP4:
        behaviour = windows_2000_sp4();
        break;
    case IKE_PROFILE_WINDOWS_XP:
        behaviour = windows_xp();
        break;
    case IKE_PROFILE_WINDOWS_XP_SP2:
    case IKE_PROFILE_SERVER_2003:
        behaviour = windows_xp_sp2();
        break;
    case IKE_PROFILE_WINDOWS_VISTA:
        behaviour = windows_vista();
        break;
    case IKE_PROFILE_SERVER_2008:
        behaviour = windows_vista();
        behaviour.microsoft_version = IKE_MS_SERVER_2008;
        break;
    }
    return behaviour;
}

const char *ike_profile_name(enum ike_profile profile)
{
    static const char *const names[IKE_PROFILES] = {
        [IKE_PROFILE_RFC] = "rfc",
        [IKE_PROFILE_LINUX] = "linux",
        [IKE_PROFILE_WINDOWS_2000] = "windows-2000",
        [IKE_PROFILE_WINDOWS_2000_SP4] = "windows-2000-sp4",
        [IKE_PROFILE_WINDOWS_XP] = "windows-xp",
        [IKE_PROFILE_WINDOWS_XP_SP2] = "windows-xp-sp2",
        [IKE_PROFILE_SERVER_2003] = "server-2003",
        [IKE_PROFILE_WINDOWS_VISTA] = "windows-vista",
        [IKE_PROFILE_SERVER_2008] = "server-2008",
    };
    return names[profile];
}

const struct ike_phase1_list *ike_profile_phase1(enum ike_profile profile)
{
    switch (profile) {
    case IKE_PROFILE_RFC:
    case IKE_PROFILE_LINUX:
        return &ike_phase1_rfc;
    case IKE_PROFILE_WINDOWS_2000:
    case IKE_PROFILE_WINDOWS_2000_SP4:
    case IKE_PROFILE_WINDOWS_XP:
        return &ike_phase1_windows_2000;
    case IKE_PROFILE_WINDOWS_XP_SP2:
    case IKE_PROFILE_SERVER_2003:
        return &ike_phase1_windows_xp_sp2;
    case IKE_PROFILE_WINDOWS_VISTA:
    case IKE_PROFILE_SERVER_2008:
        break;
    }
    return &ike_phase1_windows_vista;
}

const struct ike_phase2_list *ike_profile_phase2(enum ike_profile profile, bool server)
{
    switch (profile) {
    case IKE_PROFILE_RFC:
    case IKE_PROFILE_LINUX:
        return &ike_phase2_rfc;
    case IKE_PROFILE_WINDOWS_2000:
    case IKE_PROFILE_WINDOWS_2000_SP4:
    case IKE_PROFILE_WINDOWS_XP:
    case IKE_PROFILE_WINDOWS_XP_SP2:
    case IKE_PROFILE_SERVER_2003:
        return server ? &ike_phase2_windows_l2tp_server : &ike_phase2_windows_l2tp;
    case IKE_PROFILE_WINDOWS_VISTA:
    case IKE_PROFILE_SERVER_2008:
        break;
    }
    return &ike_phase2_windows_vista;
}
