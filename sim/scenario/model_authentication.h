#ifndef VPNSIM_SCENARIO_MODEL_AUTHENTICATION_H
#define VPNSIM_SCENARIO_MODEL_AUTHENTICATION_H

#include "scenario/choice.h"
#include "scenario/diagnostics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a scenario says about who proves itself to whom, with what, and about encryption by MPPE. */

/** Authentication protocols of PPP, the weakest first. */
enum scenario_authentication {
    SCENARIO_AUTHENTICATION_PAP,
    SCENARIO_AUTHENTICATION_SPAP,
    SCENARIO_AUTHENTICATION_CHAP_MD5,
    SCENARIO_AUTHENTICATION_MS_CHAP,
    SCENARIO_AUTHENTICATION_MS_CHAP_V2,
    SCENARIO_AUTHENTICATION_EAP_MD5, /**< EAP with that method inside, as those that follow */
    SCENARIO_AUTHENTICATION_EAP_MS_CHAP_V2,
    SCENARIO_AUTHENTICATION_EAP_TLS,
};

/** How many authentication protocols there are: the longest list. */
#define SCENARIO_AUTHENTICATION_COUNT 8

/** A list of authentication protocols in the order written; count 0: the profile decides. */
struct scenario_authentication_list {
    enum scenario_authentication methods[SCENARIO_AUTHENTICATION_COUNT];
    size_t count;
};

enum scenario_encryption_policy {
    SCENARIO_ENCRYPTION_UNSET, /**< not said: the profile decides */
    SCENARIO_ENCRYPTION_NONE,
    SCENARIO_ENCRYPTION_OPTIONAL,
    SCENARIO_ENCRYPTION_REQUIRED,
    SCENARIO_ENCRYPTION_MAXIMUM, /**< only the strongest */
};

enum scenario_certificate_usage {
    SCENARIO_CERTIFICATE_SERVER,
    SCENARIO_CERTIFICATE_CLIENT,
    SCENARIO_CERTIFICATE_GENERAL,
    SCENARIO_CERTIFICATE_IPSEC,
    SCENARIO_CERTIFICATE_AUTHORITY,
};

/** An authority, or a certificate that one has issued. */
struct scenario_certificate {
    struct scenario_position at;
    enum scenario_certificate_usage usage;
    const char *name;
    const char *subject;
    const struct scenario_certificate *issuer; /**< an earlier one; NULL: it signs itself */
    uint64_t not_before;                       /**< seconds since 1970 */
    uint64_t not_after;
    unsigned key_bits;
    const char *alternative_names; /**< with blanks between; NULL: none */
};

enum scenario_tls_version {
    SCENARIO_TLS_UNSET, /**< the profile decides */
    SCENARIO_TLS_1_0,
    SCENARIO_TLS_1_1,
    SCENARIO_TLS_1_2,
};

/** The certificates of one end of EAP-TLS. */
struct scenario_eap_tls {
    struct scenario_position at;                    /**< file NULL: absent */
    const struct scenario_certificate *certificate; /**< NULL: it has none */
    const struct scenario_certificate **trusted;
    size_t trusted_count;
    enum scenario_tls_version minimum;
    enum scenario_tls_version maximum;
    uint16_t fragment; /**< most octets of an EAP packet; 0: what the link takes */
};

/** What one end says when the other has to prove itself to it, or it to the other. */
struct scenario_proof {
    struct scenario_authentication_list methods; /**< count 0: there is no such proof */
    const char *user;
    const char *password;
};

/** Why an account is refused although its password is right. */
enum scenario_account {
    SCENARIO_ACCOUNT_NORMAL,
    SCENARIO_ACCOUNT_EXPIRED, /**< the password has to be changed */
    SCENARIO_ACCOUNT_DISABLED,
    SCENARIO_ACCOUNT_LOGON_HOURS,
    SCENARIO_ACCOUNT_NO_DIAL_IN,
};

/** OEM character sets. */
enum scenario_code_page {
    SCENARIO_CODE_PAGE_437, /**< the default */
    SCENARIO_CODE_PAGE_850,
};

/** Key lengths of MPPE as a set of bits; 0: the profile decides. */
#define SCENARIO_STRENGTH_40  1u
#define SCENARIO_STRENGTH_56  2u
#define SCENARIO_STRENGTH_128 4u

/** What a client connection or a server says about MPPE. */
struct scenario_encryption {
    enum scenario_encryption_policy policy;
    unsigned strengths; /**< SCENARIO_STRENGTH_... */
    enum scenario_choice stateless;
};

/** How a vpn-server or an isp-nas authenticates. */
struct scenario_server_authentication {
    struct scenario_authentication_list methods; /**< demanded; count 0: the profile decides */
    bool masquerades;                            /**< takes every password for right */
    bool knows_no_domains;       /**< a name with a domain is looked for as it stands */
    unsigned change_version;     /**< of MS-CHAP's Change-Password; 0: not said */
    const char *notification;    /**< EAP; NULL: none */
    struct scenario_proof proof; /**< it proves itself when a caller demands that */
    struct scenario_eap_tls eap_tls;
};

#endif
