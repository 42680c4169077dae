#ifndef VPNSIM_PPP_CCP_H
#define VPNSIM_PPP_CCP_H

#include "ppp/compression/mppc.h"
#include "ppp/compression/mppe.h"
#include "ppp/ppp_control.h"

/* Option types (RFC 1962 section 4, RFC 2118 section 2). */
#define CCP_OPTION_OUI         0
#define CCP_OPTION_PREDICTOR_1 1
#define CCP_OPTION_PREDICTOR_2 2
#define CCP_OPTION_STAC_LZS    17
#define CCP_OPTION_MICROSOFT   18
#define CCP_OPTION_DEFLATE     26

/* Supported bits of option 18 (RFC 3078 section 2). */
#define CCP_MPPE_STATELESS UINT32_C(0x01000000) /**< H */
#define CCP_MPPE_56        UINT32_C(0x00000080) /**< M */
#define CCP_MPPE_128       UINT32_C(0x00000040) /**< S */
#define CCP_MPPE_40        UINT32_C(0x00000020) /**< L */
#define CCP_MPPE_OBSOLETE  UINT32_C(0x00000010) /**< D */
#define CCP_MPPC           UINT32_C(0x00000001) /**< C */
#define CCP_MPPE_STRENGTHS (CCP_MPPE_56 | CCP_MPPE_128 | CCP_MPPE_40)

/** How this end wants encryption and compression. */
struct ccp_config {
    bool enabled;              /**< false: the peer's CCP is refused with Protocol-Reject */
    bool required;             /**< no encryption, no connection: error 741 or 742 */
    uint32_t strengths;        /**< allowed: set of CCP_MPPE_40, CCP_MPPE_56, CCP_MPPE_128 */
    bool stateless;            /**< ask for stateless mode */
    bool compress;             /**< compress with MPPC (C) when the peer wants that too */
    bool new_key_when_flushed; /**< stateful MPPE as Linux has it: see struct mppe_config */
};

/** CCP of one link (RFC 1962), with Microsoft's option 18 alone. */
struct ccp {
    struct ppp_control control;
    uint8_t request[6];
    const struct ccp_config *config; /**< borrowed */
    uint32_t available;    /**< strengths both configured and possible with the keys there are */
    uint32_t asked;        /**< bits of our newest request */
    uint32_t agreed;       /**< bits the peer acknowledged: how the peer sends to us */
    uint32_t peer_agreed;  /**< bits we acknowledged: how we send */
    struct crypto *crypto; /**< borrowed */
    const struct mppe_start_keys *keys;    /**< borrowed; NULL: encryption is impossible */
    struct mppe_compressor compressor;     /**< valid while .encrypts */
    struct mppe_decompressor decompressor; /**< valid while .decrypts */
    bool encrypts;
    bool decrypts;
    struct mppc_compressor mppc_compressor;     /**< valid while .compresses */
    struct mppc_decompressor mppc_decompressor; /**< valid while .decompresses */
    bool compresses;
    bool decompresses;
};

void ccp_init(struct ccp *ccp, struct ppp_control_link *link, const struct ccp_config *config);

/** Frees what it holds and forgets the keys. */
void ccp_destroy(struct ccp *ccp);

/** The keys that authentication left, before the layer comes up; NULL: none, so no encryption. */
void ccp_set_keys(struct ccp *ccp, struct crypto *crypto, const struct mppe_start_keys *keys);

/**
 * CCP is Opened: prepares both directions for what was agreed. @p max_length is the longest
 * decompressed packet, protocol field included. STATUS_NO_MEMORY when a stateful keystream or a
 * history cannot be had.
 */
enum status ccp_start(struct ccp *ccp, uint32_t max_length);

/** Whether datagrams that are sent go into packets of protocol 00FD. */
static inline bool ccp_transforms(const struct ccp *ccp)
{
    return ccp->encrypts || ccp->compresses;
}

/**
 * Compresses and encrypts @p packet in place as agreed. Its data starts at the inner protocol field
 * of two octets; the caller pushes protocol 00FD.
 */
void ccp_transform(struct ccp *ccp, struct packet *packet);

/**
 * Decrypts and decompresses the payload of a packet of protocol 00FD in place, which then starts at
 * its inner protocol field. False: it is to be dropped, with the layer and the fixed reason in
 * @p layer and @p reason; the Reset-Request that may be due has been sent.
 */
bool ccp_restore(struct ccp *ccp, instant now, struct packet *packet, const char **layer,
                 const char **reason);

/** CCP is no longer Opened: forgets the session keys. */
void ccp_stop(struct ccp *ccp);

/** Asks the peer to flush (RFC 3078 section 8.2). */
void ccp_send_reset_request(struct ccp *ccp, instant now);

/** Whether CCP has anything to negotiate with @p keys, which may be NULL. */
bool ccp_is_of_use(const struct ccp_config *config, const struct mppe_start_keys *keys);

/** Whether @p keys, which may be NULL, have one for a strength that @p config allows. */
bool ccp_can_encrypt(const struct ccp_config *config, const struct mppe_start_keys *keys);

/** 40, 56 or 128 for one strength bit; 0 for none. */
unsigned ccp_strength_bits(uint32_t bits);

#endif
