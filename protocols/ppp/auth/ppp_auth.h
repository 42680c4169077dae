#ifndef VPNSIM_PPP_AUTH_PPP_AUTH_H
#define VPNSIM_PPP_AUTH_PPP_AUTH_H

#include "base/entropy.h"
#include "base/instant.h"
#include "base/output.h"
#include "base/packet.h"
#include "base/status.h"
#include "base/trace.h"
#include "crypto/crypto.h"
#include "ppp/auth/chap.h"
#include "ppp/auth/eap.h"
#include "ppp/auth/eap_tls.h"
#include "ppp/auth/mschap.h"
#include "ppp/auth/pap.h"
#include "ppp/auth/spap.h"
#include "ppp/compression/mppe_keys.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Longest name or PAP password on the wire, in octets. */
#define PPP_AUTH_NAME_MAX 255
/** Longest Message that a Success, Failure, Ack or Nak of this engine carries, in octets. */
#define PPP_AUTH_MESSAGE_MAX 192
/** Octets of the Challenge value this engine sends. */
#define PPP_AUTH_CHALLENGE_SIZE 16

/** Which end of one direction of authentication an engine is. */
enum ppp_auth_role {
    PPP_AUTHENTICATEE, /**< proves who it is ("peer" in the RFCs) */
    PPP_AUTHENTICATOR, /**< demands the proof; option 3 was in its Configure-Request */
};

/** The methods there are; in the order of preference of RRAS servers, weakest first. */
enum ppp_auth_method {
    PPP_AUTH_PAP,
    PPP_AUTH_SPAP,
    PPP_AUTH_CHAP_MD5,
    PPP_AUTH_MS_CHAP_V1,
    PPP_AUTH_MS_CHAP_V2,
    PPP_AUTH_EAP, /**< whose own methods are in a list of their own */
    PPP_AUTH_METHOD_COUNT,
};

/** The methods inside EAP that the engine speaks. */
enum ppp_auth_eap_method {
    PPP_AUTH_EAP_MD5,
    PPP_AUTH_EAP_MS_CHAP_V2,
    PPP_AUTH_EAP_TLS,
    PPP_AUTH_EAP_METHOD_COUNT,
};

/** A list of methods inside EAP, best first. */
struct ppp_auth_eap_methods {
    enum ppp_auth_eap_method list[PPP_AUTH_EAP_METHOD_COUNT];
    uint8_t count;
};

/** RAS error numbers that PPP_AUTH_FAILED carries beside those of enum mschap_error. */
enum ppp_auth_error {
    PPP_AUTH_ERROR_AUTHENTICATION_FAILURE = 691,
    PPP_AUTH_ERROR_PPP_TIMEOUT = 718,                   /**< the peer did not answer */
    PPP_AUTH_ERROR_UNABLE_TO_AUTHENTICATE_SERVER = 778, /**< S= is missing or wrong */
    PPP_AUTH_ERROR_NO_EAP_TLS_CERTIFICATE = 798,        /**< there is none to show */
    PPP_AUTH_ERROR_VALIDATING_SERVER_CERTIFICATE = 801, /**< the server's is not good */
};

/** Events in struct output. */
enum ppp_auth_event {
    /** The first authentication is through. Later re-challenges that succeed tell nothing. */
    PPP_AUTH_SUCCEEDED = 1,
    /** It failed, now or at a re-challenge; .value is the error number. The link must end. */
    PPP_AUTH_FAILED,
    /**
     * Authenticatee, MS-CHAP, configured with retries: the peer refused (.value is its error
     * number) and takes another try. Call ppp_auth_retry() or ppp_auth_give_up().
     */
    PPP_AUTH_RETRY_OFFERED,
};

/** What the authenticator's user database says; borrowed until the lookup's caller returns. */
struct ppp_auth_account {
    const char *password; /**< UTF-8; NULL when only the hashes are known */
    /** MS-CHAP: what stands for a password that is not known. NULL: computed from it. */
    const uint8_t *nt_hash;
    const uint8_t *lm_hash;
    uint32_t error;       /**< 0, or why the right password is still refused (646 to 649) */
    bool accept_anything; /**< a masquerading server: whatever the peer says is called right */
};

/**
 * Finds an account. @p domain is "" when the name had none; @p user is what follows the backslash.
 *
 * @return false when there is no such user
 */
typedef bool ppp_auth_lookup(void *context, const char *domain, const char *user,
                             struct ppp_auth_account *account);

/** What a peer whose password has expired has chosen instead; borrowed for the call. */
struct ppp_auth_new_password {
    const char
        *password; /**< UTF-8; NULL when the packet carries hashes only (RFC 2433 section 9) */
    uint8_t nt_hash[MSCHAP_HASH_SIZE];
    bool has_lm_hash;
    uint8_t lm_hash[MSCHAP_HASH_SIZE];
};

/**
 * Changes the password of an account that the lookup found with error 648.
 *
 * @return false when the new password is not acceptable: the peer is told error 709
 */
typedef bool ppp_auth_change(void *context, const char *domain, const char *user,
                             const struct ppp_auth_new_password *new_password);

/** Everything is borrowed for the engine's life. */
struct ppp_auth_config {
    enum ppp_auth_role role;
    enum ppp_auth_method method;
    /**
     * Authenticatee: the user name as typed, perhaps "DOMAIN\user". Authenticator: the Name of
     * its Challenges ("" is allowed).
     */
    const char *name;
    /** Authenticatee: the password, UTF-8; NULL where EAP-TLS is the one method. */
    const char *secret;
    /** MS-CHAP authenticatee: the password to change to when .secret has expired; NULL: none. */
    const char *new_secret;
    ppp_auth_lookup *lookup; /**< authenticator */
    void *lookup_context;    /**< of .lookup and .change */
    /** EAP. Authenticator: offered in this order; authenticatee: agreed to. */
    struct ppp_auth_eap_methods eap_methods;
    /** EAP authenticator: text shown to the user before the method; NULL: no Notification. */
    const char *notification;
    /** EAP-TLS; borrowed. NULL: the method is not there. */
    const struct eap_tls_config *tls;
    uint16_t mtu;            /**< EAP: most octets of a packet that the link takes; 0: 1500 */
    ppp_auth_change *change; /**< MS-CHAP authenticator; NULL: expired passwords are refused */
    struct crypto *crypto;   /**< may be NULL for PAP only */
    struct entropy *entropy; /**< may be NULL for PAP only */
    struct packet_pool *pool;
    const struct trace *trace; /**< may be NULL */
    const char *label;         /**< field "session" of every trace event; NULL is "" */

    instant restart;              /**< between two transmissions; 0: 3 s */
    unsigned transmissions;       /**< of a Request or Challenge before giving up; 0: 10 */
    uint8_t first_identifier;     /**< of the first Request or Challenge; Windows servers use 0 */
    enum oem_code_page code_page; /**< MS-CHAP-1: of LAN Manager hashes */
    bool lan_manager;             /**< MS-CHAP-1 authenticatee: send the LM-Response too */
    /** MS-CHAP-1 authenticator: Change-Password version told in a Failure, 1 or 2; 0: 2. */
    uint8_t change_version;
    /** Authenticatee: error of a refusal that carries no number (PAP, CHAP-MD5); 0: 691. */
    uint32_t bare_refusal;
    /**
     * MS-CHAP. Authenticator: further tries it offers with R=1 after a wrong password.
     * Authenticatee: 0 takes every Failure as final, else that many PPP_AUTH_RETRY_OFFERED.
     */
    unsigned retries;
    instant retry_wait;  /**< authenticator: for the answer to R=1; 0: 60 s */
    instant rechallenge; /**< CHAP authenticator: period of re-challenges; 0: none */
    /**
     * Authenticator: text for the user in the verdict. MS-CHAP appends it after M= ; NULL leaves
     * M= away, as Windows servers do, and the message of other methods empty.
     */
    const char *success_text;
    const char *failure_text;
};

/** State of PAP in either role. */
struct ppp_auth_pap {
    uint8_t first_identifier; /**< authenticatee: of the first Request sent */
    uint8_t verdict;          /**< authenticator: the code answered, 0 before */
};

/** State of CHAP in either role. */
struct ppp_auth_chap {
    union {
        uint8_t challenge[PPP_AUTH_NAME_MAX]; /**< as sent or received */
        /** What an authenticator sends is shorter, which leaves room for its verdict. */
        struct {
            uint8_t own_challenge[PPP_AUTH_CHALLENGE_SIZE];
            uint8_t message[PPP_AUTH_MESSAGE_MAX]; /**< of the verdict */
        };
    };
    uint8_t challenge_length;
    uint8_t response[MSCHAP_V2_RESPONSE_SIZE]; /**< authenticatee: the value sent */
    uint8_t response_length;
    uint8_t verdict; /**< authenticator: the code answered to the current Identifier, 0 before */
    uint8_t message_length;
    unsigned retries_left;
    bool changing;          /**< a Change-Password packet is on its way, or is waited for */
    uint8_t change_version; /**< authenticatee: V= of the Failure */
};

/** State of EAP in either role; what its methods of CHAP keep is in struct ppp_auth_chap. */
struct ppp_auth_eap {
    uint8_t identifier;  /**< of the newest Request */
    uint8_t stage;       /**< enum ppp_auth_eap_stage */
    uint8_t method;      /**< enum ppp_auth_eap_method, in the stage of a method */
    uint8_t step;        /**< of the method */
    uint8_t tried;       /**< authenticator: set of indices of the methods offered */
    bool requested;      /**< authenticatee: .identifier is that of a Request */
    bool naked;          /**< the authenticatee has sent its Nak */
    bool done;           /**< authenticatee: the method is through, Success may come */
    struct eap_tls *tls; /**< of EAP-TLS */
};

/**
 * One direction of PPP authentication: either role of any method behind one set of verbs.
 *
 * The engine takes and gives packets whose data starts at Code; the caller pulls and pushes the
 * PPP protocol field, whose value is ppp_auth_protocol(). All members are private.
 */
struct ppp_auth {
    struct ppp_auth_config config;
    uint8_t phase;      /**< enum ppp_auth_phase */
    uint8_t identifier; /**< of the newest Request, Challenge or Response */
    bool has_keys;
    bool event_pending;
    bool authenticated_once;
    unsigned transmissions_left;
    instant deadline;
    struct packet_queue send;
    int event;
    uint32_t event_value;
    uint32_t error;      /**< of the refusal under way */
    const char *reason;  /**< of the refusal under way: a fixed phrase */
    struct packet *kept; /**< authenticatee: what has to be sent again; NULL: nothing kept */
    struct mppe_start_keys keys;
    char peer_name[PPP_AUTH_NAME_MAX + 1];
    bool peer_name_is_exact;   /**< .peer_name is what came, octet by octet */
    struct ppp_auth_chap chap; /**< of CHAP, and of the methods of CHAP inside EAP */
    union {
        struct ppp_auth_pap pap;
        struct ppp_auth_eap eap;
    };
};

/**
 * Prepares an engine; nothing happens before ppp_auth_start(). STATUS_INVALID when a name or
 * secret is missing, too long or (MS-CHAP) a password that is not UTF-8, or a part is NULL that
 * the method needs.
 */
enum status ppp_auth_init(struct ppp_auth *auth, const struct ppp_auth_config *config);

/** Frees queued packets and forgets the keys. The engine may be initialised again. */
void ppp_auth_clear(struct ppp_auth *auth);

/** LCP has reached Opened: sends the first Request or Challenge, or waits for the Challenge. */
void ppp_auth_start(struct ppp_auth *auth, instant now);

/** PPP protocol number of the engine's packets: that of PAP, SPAP, CHAP or EAP. */
uint16_t ppp_auth_protocol(const struct ppp_auth *auth);

/**
 * Whether a packet is for this engine: of its protocol, with a Code that its role receives. Where
 * both directions authenticate with one protocol the caller asks both engines.
 */
bool ppp_auth_accepts(const struct ppp_auth *auth, uint16_t protocol, const struct packet *packet);

/**
 * A packet has come. @p packet is only read and stays the caller's; its data starts at Code.
 * Malformed, unexpected or unsolicited packets are traced drops.
 */
void ppp_auth_input(struct ppp_auth *auth, instant now, uint16_t protocol,
                    const struct packet *packet);

/**
 * A packet of a network control protocol has come. EAP: the authenticator regards us as
 * authenticated, its Success was lost (RFC 3748 section 4.2); PPP_AUTH_SUCCEEDED if the method was
 * through. No effect otherwise.
 */
void ppp_auth_network_heard(struct ppp_auth *auth, instant now);

/** Answers PPP_AUTH_RETRY_OFFERED with other credentials, borrowed as the configuration's. */
enum status ppp_auth_retry(struct ppp_auth *auth, instant now, const char *name,
                           const char *secret);

/** Answers PPP_AUTH_RETRY_OFFERED with resignation: PPP_AUTH_FAILED with the peer's error. */
void ppp_auth_give_up(struct ppp_auth *auth, instant now);

void ppp_auth_handle_timeout(struct ppp_auth *auth, instant now);

/** When ppp_auth_handle_timeout() wants to be called; INSTANT_NEVER when nothing is pending. */
instant ppp_auth_next_timeout(const struct ppp_auth *auth);

/**
 * The next decision: OUTPUT_SEND (a packet of ppp_auth_protocol(), data from Code on, the packet
 * is then the caller's), OUTPUT_EVENT (enum ppp_auth_event) or, with false, OUTPUT_NONE.
 */
bool ppp_auth_poll(struct ppp_auth *auth, struct output *output);

/**
 * The start keys for MPPE as this side uses them, after PPP_AUTH_SUCCEEDED of a method that yields
 * keys; NULL otherwise. A later re-challenge does not change them.
 */
const struct mppe_start_keys *ppp_auth_keys(const struct ppp_auth *auth);

/**
 * The peer's name: authenticator: the user's, as received, perhaps with a domain; authenticatee:
 * the Challenge's. Octets that are not printable ASCII or well-formed UTF-8 show as '?'. Never
 * NULL, "" when unknown.
 */
const char *ppp_auth_peer_name(const struct ppp_auth *auth);

/** "pap", "spap", "chap-md5", "ms-chap", "ms-chap-v2", "eap". */
const char *ppp_auth_method_name(enum ppp_auth_method method);

/** "eap-md5", "eap-ms-chap-v2", "eap-tls". */
const char *ppp_auth_eap_method_name(enum ppp_auth_eap_method method);

/** What to call the method under way: that inside EAP as soon as it is agreed. */
const char *ppp_auth_current_method_name(const struct ppp_auth *auth);

/** The method of such a name; false when there is none. */
bool ppp_auth_method_from_name(const char *name, enum ppp_auth_method *method);

/** Most octets that ppp_auth_method_option() writes. */
#define PPP_AUTH_OPTION_MAX 3

/**
 * The value of LCP's Authentication-Protocol option for @p method (RFC 1661 section 6.2), without
 * type and length: C0 23, C0 27, C2 27, or C2 23 and the algorithm. Returns its length.
 */
size_t ppp_auth_method_option(enum ppp_auth_method method, uint8_t value[PPP_AUTH_OPTION_MAX]);

/** The method that an option's value asks for; false when it is none of them. */
bool ppp_auth_method_from_option(const uint8_t *value, size_t length, enum ppp_auth_method *method);

/** Every event the engine emits ("ppp.auth.*"), ended by a NULL name. */
extern const struct trace_declaration ppp_auth_trace_declarations[];

#endif
