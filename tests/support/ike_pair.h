#ifndef VPNSIM_TESTS_SUPPORT_IKE_PAIR_H
#define VPNSIM_TESTS_SUPPORT_IKE_PAIR_H

#include "ike/ike.h"
#include "ike/ike_proposal.h"

/** Ends of a pair. */
#define IKE_CLIENT 0
#define IKE_SERVER 1

#define SECONDS(n) ((n)*INSTANT_SECOND)

#define IKE_PAIR_EVENTS    192
#define IKE_PAIR_DATAGRAMS 256
#define IKE_PAIR_CHILDREN  16

/** One trace event seen at an end: how often, and when last. */
struct ike_pair_event {
    char name[48];
    char
        detail[224]; /**< the fields, "key=value" separated by blanks, without numbers of objects */
    unsigned count;
    instant last;
};

/** A child SA as an end was told of it. */
struct ike_pair_child {
    struct ike_child_sa sa;
    bool receives;
    bool sends;
    bool deleted;
    enum ike_cause cause;
};

/** One engine and what it told. */
struct ike_pair_end {
    struct ike_pair *pair;
    struct entropy entropy;
    struct ike_peer peer;
    struct ike_rule rule;
    struct ike_config config;
    struct ike ike;
    struct ip_address address;
    bool running;
    unsigned phase1s; /**< established */
    unsigned phase1s_deleted;
    unsigned failed;
    enum ike_cause cause;
    bool told_by_peer;
    uint32_t failed_acquisition;
    unsigned dead;
    uint32_t phase1; /**< the last one established */
    struct ike_pair_child children[IKE_PAIR_CHILDREN];
    unsigned child_count;
    struct ike_pair_event seen[IKE_PAIR_EVENTS];
    unsigned seen_count;
};

/** A datagram that was sent, whether or not it arrived. */
struct ike_pair_datagram {
    instant at;
    uint8_t from;
    uint16_t source_port;
    uint16_t destination_port;
    uint32_t length;
    uint8_t octets[64];
};

/** A datagram under way. */
struct ike_pair_flight {
    struct packet *packet;
    instant due;
    uint8_t to;
    struct ike_endpoint source;
    struct ike_endpoint destination;
};

struct ike_pair {
    struct packet_pool pool;
    struct crypto *crypto;
    struct ike_pair_end end[2];
    instant now;
    instant delay;
    uint32_t mtu; /**< a datagram with more octets of UDP payload is lost; 0: none is */
    /** The client is behind a NAT: its address and ports are seen as these. */
    bool nat;
    struct ip_address nat_address;
    uint16_t nat_ports[2]; /**< of 500 and of 4500 */
    bool server_nat;       /**< the server is known by nat_server_address only */
    struct ip_address nat_server_address;
    /** What becomes of datagram @p index: 0 arrives, 1 is lost, 2 comes twice, 3 is late. */
    unsigned (*fate)(struct ike_pair *pair, unsigned from, unsigned index,
                     const struct packet *packet);
    bool anonymous; /**< the events of different peers count as the same */
    unsigned fate_index;
    unsigned fate_kind;
    struct ike_pair_flight flights[64];
    unsigned flight_count;
    struct ike_pair_datagram datagrams[IKE_PAIR_DATAGRAMS];
    unsigned datagram_count;
};

/**
 * Two hosts, 10.0.0.2 and 10.0.0.1, that would protect UDP port 1701 of the second with ESP in
 * transport mode: pre-shared key "secret", profile rfc, 3DES and SHA-1 in both phases, group 2.
 * Change .config, .peer and .rule of the ends before ike_pair_start().
 */
void ike_pair_init(struct ike_pair *pair);
void ike_pair_destroy(struct ike_pair *pair);

/** The fixture of a test that wants one pair as its state: such a pair, not yet started. */
int ike_pair_set_up(void **state);
int ike_pair_tear_down(void **state);

/** Both use the behaviour and the lists of these profiles; Windows as client of L2TP and server. */
void ike_pair_profiles(struct ike_pair *pair, enum ike_profile client, enum ike_profile server);

/** Initialises both engines. */
void ike_pair_start(struct ike_pair *pair);

/** The client, or the server for its own part, wants a child SA; returns the acquisition. */
uint32_t ike_pair_acquire(struct ike_pair *pair, unsigned end);

/** Runs to @p until: everything due at or before it has happened. */
void ike_pair_run(struct ike_pair *pair, instant until);

/** Starts both, has the client want a child SA, and runs to the first second; as above. */
uint32_t ike_pair_connect(struct ike_pair *pair);

/** Takes what @p end decided; needed after calling its engine directly. */
void ike_pair_poll(struct ike_pair *pair, unsigned end);

/** Hands a datagram to @p end as if it had come from the other. */
void ike_pair_inject(struct ike_pair *pair, unsigned end, const struct ike_endpoint *from,
                     uint16_t port, const uint8_t *octets, size_t length);

/** The newest child SA of @p end that sends; NULL. */
const struct ike_pair_child *ike_pair_sending(const struct ike_pair *pair, unsigned end);

/** The child SA of @p end that receives what the other end sends, with the same keys; NULL. */
const struct ike_pair_child *ike_pair_receiving(const struct ike_pair *pair, unsigned end);

/** Whether each end sends what the other receives. */
bool ike_pair_agree(const struct ike_pair *pair);

/** Fails the test unless each end sends what the other receives. */
void ike_pair_assert_up(const struct ike_pair *pair);

/** How often @p end told of event @p name with a detail that contains @p detail. */
unsigned ike_pair_count(const struct ike_pair *pair, unsigned end, const char *name,
                        const char *detail);

/** Prints everything both ends told, for finding out why a test fails. */
void ike_pair_print(const struct ike_pair *pair);

#endif
