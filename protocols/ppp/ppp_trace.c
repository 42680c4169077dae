#include "ppp/ppp_trace.h"

#include <stddef.h>

const struct trace_declaration ppp_trace_declarations[] = {
    {"ppp.packet.sent", "session protocol code identifier type",
     "A packet of a control protocol or of authentication left for the peer."},
    {"ppp.packet.received", "session protocol code identifier type",
     "A packet of a control protocol or of authentication came from the peer."},
    {"ppp.option.refused", "session protocol option type answer",
     "An option of the peer's Configure-Request is answered with nak or reject."},
    {"ppp.lcp.opened", "session mru peer-mru authentication magic",
     "LCP is open: the link can carry authentication and network protocols."},
    {"ppp.lcp.closed", "session", "LCP is no longer open."},
    {"ppp.lcp.timeout", "session heard",
     "Nobody answers the Configure-Requests of LCP any more; heard tells if anything ever came."},
    {"ppp.lcp.identification", "session text", "The peer says what it is (RFC 1570)."},
    {"ppp.lcp.time-remaining", "session seconds text",
     "The peer says how much longer the link may last (RFC 1570)."},
    {"ppp.lcp.loopback", "session", "The line returns what we send: our magic number came back."},
    {"ppp.cbcp.agreed", "session type number delay",
     "Callback is settled: type 1 is none, 2 at the caller's number, 3 at the administrator's."},
    {"ppp.ccp.opened", "session strength stateless compression",
     "Encryption is agreed; strength 0 means that there is none. \"compression\" tells whether "
     "what we send is compressed with MPPC."},
    {"ppp.ccp.closed", "session", "Encryption has ended."},
    {"ppp.ccp.reset-request.sent", "session identifier",
     "A stateful packet was lost: the peer is asked to start its tables anew."},
    {"ppp.ccp.reset-request.received", "session identifier",
     "The peer lost a stateful packet: our tables start anew."},
    {"ppp.multilink.link-joined", "bundle link links",
     "A link has become part of a bundle (RFC 1990), which has so many now."},
    {"ppp.multilink.link-left", "bundle link links", "A link is no longer part of a bundle."},
    {"ppp.multilink.packet-lost", "bundle first last reason",
     "Fragments with these sequence numbers are given up: one of them will not come any more."},
    {"ppp.ipcp.opened", "session local peer dns dns2 wins wins2 vj",
     "IP is configured: both addresses, the name servers learnt from the peer, and whether TCP/IP "
     "headers are compressed."},
    {"ppp.ipcp.closed", "session", "IP is no longer configured."},
    {"ppp.ipcp.no-address", "session user", "There is no address left to assign to the peer."},
    {"ppp.ipxcp.opened", "session network node peer-node router",
     "IPX is configured: the link's network number, both node numbers and the name of the router "
     "at the other end."},
    {"ppp.ipxcp.closed", "session", "IPX is no longer configured."},
    {"ppp.nbfcp.opened", "session names peer-names peer peer-class",
     "NetBIOS Frames (NetBEUI) are configured: how many of our names the peer has added, how many "
     "of "
     "its names we have, and what it says it is."},
    {"ppp.nbfcp.closed", "session", "NetBIOS Frames are no longer configured."},
    {"ppp.nbfcp.name-refused", "session name result",
     "The peer could not add one of our NetBIOS names; result is the NetBIOS return code."},
    {"ppp.atcp.opened", "session network node", "AppleTalk is configured: our address."},
    {"ppp.atcp.closed", "session", "AppleTalk is no longer configured."},
    {"ppp.ipv6cp.opened", "session local peer", "IPv6 is configured: both interface identifiers."},
    {"ppp.ipv6cp.closed", "session", "IPv6 is no longer configured."},
    {"ppp.ncp.failed", "session protocol error",
     "A network control protocol could not be opened or has ended, with this Windows error code; "
     "the others go on without it."},
    {"ppp.protocol-rejected", "session by protocol",
     "A protocol was refused with a Protocol-Reject, by us or by the peer."},
    {"ppp.terminated", "session error",
     "The link is over; error is the Windows error code, 0 after a plain hang-up."},
    {NULL, NULL, NULL},
};
