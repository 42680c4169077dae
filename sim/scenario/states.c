/* What the kinds of nodes tell of when a run ends; the nodes' own state functions answer. */
#include "scenario/states.h"

#include <string.h>

#define KIND(kind) (1u << (kind))
#define SERVERS    (KIND(SCENARIO_VPN_SERVER) | KIND(SCENARIO_ISP_NAS))
#define TUNNELS    (KIND(SCENARIO_VPN_CLIENT) | SERVERS)
#define NATS       KIND(SCENARIO_NAT_ROUTER)
#define HOSTS      (KIND(SCENARIO_HOST) | KIND(SCENARIO_ROUTER) | NATS | TUNNELS)

#define STEP_PASSED  "Packets that passed this step of taking a tunnel apart: "
#define STEP_DROPPED "Packets that this step of taking a tunnel apart dropped: "

const struct scenario_state scenario_states[] = {
    {TUNNELS, "connection.NAME",
     "How far that connection is: \"disconnected\", \"connected\" or something between."},
    {HOSTS, "udp-server.PORT.received", "Datagrams that the UDP service at that port received."},
    {HOSTS, "tcp-server.PORT.octets", "Octets that the TCP service at that port received."},
    {SERVERS, "pptp.calls", "Calls that are up."},
    {SERVERS, "pptp.control-connections", "PPTP control connections that are open."},
    {SERVERS, "pptp.control-connections.most", "The most that were open at once."},
    {SERVERS, "pptp.discarded", "Control messages that were discarded."},
    {TUNNELS, "l2tp.tunnels", "L2TP tunnels that are established."},
    {TUNNELS, "l2tp.calls", "L2TP calls that are established."},
    {SERVERS, "modem.calls", "Calls that the modems have up."},
    {TUNNELS, "gre.data-sent", "GRE packets with a payload that were sent, by all tunnels."},
    {TUNNELS, "gre.data-received", "GRE packets with a payload that were received."},
    {TUNNELS, "gre.acks-sent", "Acknowledgments sent in packets of their own."},
    {TUNNELS, "gre.acks-received", "Acknowledgments received in packets of their own."},
    {TUNNELS, "gre.acks-carried", "Acknowledgments sent with a payload."},
    {TUNNELS, "gre.reordered", "Packets that waited in the reorder queue."},
    {TUNNELS, "gre.skipped", "Sequence Numbers that were given up as lost."},
    {TUNNELS, "gre.late", "Packets whose Sequence Number had been passed."},
    {TUNNELS, "gre.duplicates", "Packets whose Sequence Number had been received before."},
    {TUNNELS, "gre.dropped", "Packets that were discarded."},
    {TUNNELS, "gre.timeouts", "Acknowledgment time-outs of the sliding window."},
    {TUNNELS, "gre.acks-invalid", "Acknowledgments of packets that were never sent."},
    {TUNNELS, "mppe.key-changes.sent", "Changes of the keys for sending, of tunnels that are up."},
    {TUNNELS, "mppe.key-changes.received", "Changes of the keys for receiving."},
    {TUNNELS, "decapsulation.data-link.passed", STEP_PASSED "the frame."},
    {TUNNELS, "decapsulation.data-link.dropped", STEP_DROPPED "the frame."},
    {TUNNELS, "decapsulation.ip.passed", STEP_PASSED "the outer IP header."},
    {TUNNELS, "decapsulation.ip.dropped", STEP_DROPPED "the outer IP header."},
    {TUNNELS, "decapsulation.gre-ppp.passed", STEP_PASSED "the GRE and PPP headers."},
    {TUNNELS, "decapsulation.gre-ppp.dropped", STEP_DROPPED "the GRE and PPP headers."},
    {TUNNELS, "decapsulation.decrypt.passed", STEP_PASSED "decryption and decompression."},
    {TUNNELS, "decapsulation.decrypt.dropped", STEP_DROPPED "decryption and decompression."},
    {TUNNELS, "decapsulation.deliver.passed", STEP_PASSED "delivery of what was inside."},
    {TUNNELS, "decapsulation.deliver.dropped", STEP_DROPPED "delivery of what was inside."},
    {HOSTS, "ipsec.protected", "Datagrams that IPsec has protected; of machines with <ipsec>."},
    {HOSTS, "ipsec.opened", "Datagrams that IPsec has opened and found right."},
    {HOSTS, "ipsec.dropped.out", "Datagrams that IPsec has dropped on their way out."},
    {HOSTS, "ipsec.dropped.in", "Datagrams that IPsec has dropped on their way in."},
    {HOSTS, "ipsec.unknown-spi",
     "Packets with ESP or AH for which there was no security association."},
    {HOSTS, "ipsec.esp.received", "Packets with ESP for which there was a security association."},
    {HOSTS, "ipsec.esp.fresh", "Of those, the ones whose Sequence Number might be new."},
    {HOSTS, "ipsec.esp.authenticated", "Of those, the ones whose integrity check held."},
    {HOSTS, "ipsec.esp.decrypted", "Of those, the ones that were decrypted."},
    {HOSTS, "ipsec.esp.unpadded", "Of those, the ones whose padding was right."},
    {HOSTS, "ipsec.ah.authenticated", "Packets with AH whose integrity check value is right."},
    {HOSTS, "ipsec.policies", "Entries of the security policy database."},
    {NATS, "nat.mappings", "Mappings that stand, those of <publish> excepted."},
    {NATS, "nat.mappings.most", "The most that stood at once."},
    {NATS, "nat.sent", "Datagrams that were translated on their way out, ICMP errors excepted."},
    {NATS, "nat.received", "Datagrams that were translated on their way in."},
    {TUNNELS, "decapsulation.udp.passed", STEP_PASSED "the UDP header of L2TP."},
    {TUNNELS, "decapsulation.udp.dropped", STEP_DROPPED "the UDP header."},
    {TUNNELS, "decapsulation.l2tp.passed", STEP_PASSED "the L2TP header."},
    {TUNNELS, "decapsulation.l2tp.dropped", STEP_DROPPED "the L2TP header."},
    {TUNNELS, "decapsulation.ppp.passed", STEP_PASSED "the PPP header and what is under it."},
    {TUNNELS, "decapsulation.ppp.dropped", STEP_DROPPED "the PPP header and what is under it."},
    {TUNNELS, "ipx.datagrams", "IPX datagrams that arrived."},
    {TUNNELS, "netbeui.frames", "NetBEUI frames that arrived."},
    {.name = NULL},
};

bool scenario_state_is_of(const struct scenario_state *state, enum scenario_node_kind kind)
{
    return state->kinds & KIND(kind);
}

bool scenario_state_matches(const char *pattern, const char *name)
{
    static const char digits[] = "0123456789";
    for (;; pattern++, name++) {
        if (strcmp(pattern, "NAME") == 0)
            return *name != '\0';
        if (strncmp(pattern, "PORT", 4) == 0) {
            size_t length = strspn(name, digits);
            if (length == 0)
                return false;
            pattern += 4;
            name += length;
        }
        if (*pattern != *name)
            return false;
        if (*pattern == '\0')
            return true;
    }
}
