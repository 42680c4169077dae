#include "nodes/profile.h"

#include <stddef.h>
#include <string.h>

/*
 * Both ends of a Windows call can ask for echoes, and the answering one does (KB Q241252): the
 * caller waits so much longer than the 60 s that both wait, and asks when the other does not.
 */
#define CLIENT_ECHO_PATIENCE_MS 5000

/* Maximum Received Reconstructed Unit of recorded Windows systems. */
#define WINDOWS_MRRU 1614

/* Builds, vendor strings and option habits as seen in recordings of these systems. */
static const struct node_profile profiles[] = {
    {.name = "rfc",
     .asks_for_wins = true,
     .validates_address = true,
     .ttl = 64,
     .asks_for_mru = true,
     .tunnel_mtu = 1400,
     .vendor = "vpnsim",
     .sends_wan_errors = true,
     .server_call_window = 64,
     .pptp_ports = 128},
    /* pppd 2.4.9 with pptp-linux or pptpd: what they say when nothing is configured. */
    {.name = "linux",
     .validates_address = true,
     .ttl = 64,
     .asks_for_asyncmap = true,
     .mppe_new_key_when_flushed = true,
     .tunnel_mtu = 1500,
     .vendor = "cananian",
     .server_vendor = "linux",
     .host_name = "local",
     .firmware = 1,
     .server_call_window = 64,
     .client_call_window = 3,
     .pptp_ports = 100},
    {.name = "windows-95",
     .asks_for_wins = true,
     .windows = true,
     .validates_address = true,
     .lan_manager = true,
     .ttl = 32,
     .tunnel_mtu = 1400,
     .vendor = "Microsoft Windows 9x",
     .server_call_window = 64,
     .pptp_ports = 1},
    {.name = "windows-98",
     .asks_for_wins = true,
     .windows = true,
     .validates_address = true,
     .lan_manager = true,
     .ttl = 128,
     .tunnel_mtu = 1400,
     .vendor = "Microsoft Windows 9x",
     .server_call_window = 64,
     .pptp_ports = 1},
    {.name = "windows-nt4",
     .asks_for_wins = true,
     .windows = true,
     .validates_address = true,
     .lan_manager = true,
     .bare_refusal = PPP_ERROR_ACCESS_DENIED, /* KB Q256509 */
     .ttl = 128,
     .tunnel_mtu = 1400,
     .identification = "MSRASV4.00",
     .vendor = "Microsoft Windows NT",
     .firmware = 1381,
     .gre_from_route = true, /* KB Q169831 */
     .link_info_repeated = true,
     .server_call_window = 64,
     .pptp_ports = 5},
    {.name = "windows-2000",
     .asks_for_wins = true,
     .windows = true,
     .offers_multilink = true,
     .answers_multilink = true,
     .link_discriminator = true,
     .ttl = 128,
     .tunnel_mtu = 1400,
     .identification = "MSRASV5.00",
     .vendor = "Microsoft Windows NT",
     .firmware = 2195,
     .link_info_repeated = true,
     .connect_speed_swapped = true,
     .server_call_window = 16384,
     .pptp_ports = 5},
    {.name = "windows-xp",
     .asks_for_wins = true,
     .windows = true,
     .ttl = 128,
     .asks_for_mru = true,
     .tunnel_mtu = 1400,
     .identification = "MSRASV5.10",
     .vendor = "Microsoft Windows NT",
     .firmware = 2600,
     .connect_speed_swapped = true,
     .server_call_window = 16384,
     .tcp_receive_buffer = 65535,
     .pptp_ports = 1},
    {.name = "server-2003-standard",
     .asks_for_wins = true,
     .windows = true,
     .answers_multilink = true,
     .link_discriminator = true,
     .ttl = 128,
     .asks_for_mru = true,
     .tunnel_mtu = 1400,
     .identification = "MSRASV5.20",
     .vendor = "Microsoft Windows NT",
     .firmware = 3790,
     .connect_speed_swapped = true,
     .server_call_window = 16384,
     .pptp_ports = 5},
    {.name = "server-2003-web",
     .asks_for_wins = true,
     .windows = true,
     .answers_multilink = true,
     .link_discriminator = true,
     .ttl = 128,
     .asks_for_mru = true,
     .tunnel_mtu = 1400,
     .identification = "MSRASV5.20",
     .vendor = "Microsoft Windows NT",
     .firmware = 3790,
     .connect_speed_swapped = true,
     .server_call_window = 16384,
     .pptp_ports = 5},
    {.name = "server-2008",
     .asks_for_wins = true,
     .windows = true,
     .answers_multilink = true,
     .ttl = 128,
     .asks_for_mru = true,
     .tunnel_mtu = 1400,
     .identification = "MSRASV5.20",
     .vendor = "Microsoft",
     .server_call_window = 16384,
     .guid_in_subaddress = true,
     .windows_vista = true,
     .server_framing = PPTP_FRAMING_SYNCHRONOUS,
     .server_bearer = PPTP_BEARER_ANALOG | PPTP_BEARER_DIGITAL,
     .connect_speed_swapped = true,
     .tcp_receive_buffer = 65535,
     .pptp_ports = 128},
};

const struct node_profile *node_profile_find(const char *name)
{
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    return NULL;
}

struct host_stack_config profile_stack(const struct node_profile *profile, bool forwarding)
{
    struct host_stack_config config = host_stack_default_config();
    config.default_ttl = profile->ttl;
    config.forwarding = forwarding;
    return config;
}

struct tcp_options profile_tcp(const struct node_profile *profile)
{
    struct tcp_options options = profile->windows ? tcp_options_windows_2000() : tcp_options_rfc();
    if (profile->tcp_receive_buffer)
        options.receive_buffer = profile->tcp_receive_buffer;
    return options;
}

struct tcp_options profile_control_tcp(const struct node_profile *profile)
{
    struct tcp_options options = profile_tcp(profile);
    if (profile->windows)
        options.data_retransmissions = 9;
    return options;
}

struct pptp_control_config profile_control(const struct node_profile *profile, enum pptp_role role)
{
    /* The VPN client is the PNS, opens the connection and places the call (MS-PTPT 1.3). */
    bool originator = role == PPTP_PNS;
    struct pptp_control_config config = profile->windows
                                            ? pptp_control_config_windows(role, originator)
                                            : pptp_control_config_rfc(role, originator);
    bool answers = !originator && profile->server_vendor;
    config.vendor_name = answers ? profile->server_vendor : profile->vendor;
    if (profile->host_name)
        config.host_name = profile->host_name;
    config.firmware_revision = profile->firmware;
    config.max_calls = 1;
    if (!originator && profile->server_framing)
        config.framing_capabilities = profile->server_framing;
    if (!originator && profile->server_bearer)
        config.bearer_capabilities = profile->server_bearer;
    if (profile->windows && originator)
        config.echo_idle_ms += CLIENT_ECHO_PATIENCE_MS;
    return config;
}

static uint32_t swapped(uint32_t value)
{
    return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24;
}

uint32_t profile_connect_speed(const struct node_profile *profile, uint32_t bps)
{
    /* Two recordings agree: 1 Gbit/s as 00CA9A3B, and 36 Mbit/s as 00512502 (MS-PTPT 4). */
    return profile->connect_speed_swapped ? swapped(bps) : bps;
}

struct l2tp_config profile_l2tp(const struct node_profile *profile)
{
    struct l2tp_config config =
        profile->windows
            ? l2tp_config_windows(profile->windows_vista ? L2TP_WINDOWS_VISTA : L2TP_WINDOWS_2000)
            : l2tp_config_rfc();
    if (!profile->windows)
        config.vendor_name = profile->vendor;
    return config;
}

struct gre_tunnel_config profile_gre(const struct node_profile *profile,
                                     const struct pptp_call *call)
{
    struct gre_tunnel_config config =
        profile->windows ? gre_tunnel_config_windows() : gre_tunnel_config_rfc();
    config.local_call_id = call->local_call_id;
    config.peer_call_id = call->peer_call_id;
    config.peer_window = call->peer_window;
    config.peer_processing_delay = call->peer_delay;
    return config;
}

struct ppp_session_config profile_ppp(const struct node_profile *profile,
                                      const char *computer_identification)
{
    struct ppp_session_config config = ppp_session_defaults();
    config.auth.lan_manager = profile->lan_manager;
    config.auth.bare_refusal = profile->bare_refusal;
    if (!profile->windows)
        return config;
    config.shared_identifier = true;
    config.renumber_retransmits = true;
    config.windows_termination = true;
    config.lcp.compress_headers = true;
    /* A one-second tick of the driver eats part of the first period. */
    config.automaton.first_restart_ms = 2000;
    if (profile->identification) {
        config.lcp.identification[0] = profile->identification;
        config.lcp.identification[1] = computer_identification;
    }
    return config;
}

void profile_tunnel(const struct node_profile *profile, uint16_t mtu,
                    struct ppp_session_config *config)
{
    config->lcp.mtu = mtu;
    config->lcp.mru = profile->asks_for_mru ? mtu : 0;
    config->lcp.accm_on = profile->asks_for_asyncmap;
}

void profile_line(const struct node_profile *profile, const struct modem *modem,
                  struct ppp_session_config *config)
{
    (void)profile; /* Windows, too, leaves the MRU at its default of 1,500 on dial-up ports */
    config->lcp.mru = 0;
    config->lcp.mtu = LCP_DEFAULT_MRU;
    config->lcp.accm_on = modem->config.kind == MODEM_ANALOG;
    config->lcp.accm = modem->config.accm;
}

/* What Windows tells of itself: a GUID and a counter of four octets (class 1). */
static struct lcp_endpoint local_endpoint(const char *node_name)
{
    struct lcp_endpoint endpoint = {.known = true, .class = LCP_ENDPOINT_LOCAL, .length = 20};
    struct entropy entropy = entropy_make(0, node_name);
    entropy_fill(&entropy, endpoint.address, 16);
    return endpoint;
}

void profile_options(const struct node_profile *profile, bool answers, const char *node_name,
                     struct lcp_config *lcp)
{
    if (!profile->windows)
        return;
    /* Both ends ask for callback and agree to it: a round of CBCP says that there is none. */
    lcp->callback = true;
    lcp->callback_allowed = true;
    if (!(answers ? profile->answers_multilink : profile->offers_multilink))
        return;
    /* Asked for, yet what the peer asks for of these is rejected, as recorded on VPN ports. */
    lcp->mrru = WINDOWS_MRRU;
    lcp->endpoint = local_endpoint(node_name);
    lcp->link_discriminator_on = answers && profile->link_discriminator;
    lcp->link_discriminator = 1;
}

void profile_multilink(const struct node_profile *profile, const char *node_name,
                       struct lcp_config *lcp)
{
    lcp->mrru = profile->windows ? WINDOWS_MRRU : LCP_DEFAULT_MRU;
    lcp->multilink_allowed = true;
    lcp->endpoint = local_endpoint(node_name);
    lcp->endpoint_allowed = true;
}
