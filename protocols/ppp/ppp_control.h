#ifndef VPNSIM_PPP_PPP_CONTROL_H
#define VPNSIM_PPP_PPP_CONTROL_H

#include "base/packet.h"
#include "base/trace.h"
#include "base/wire.h"
#include "ppp/ppp_automaton.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Packet codes common to LCP and every network control protocol (RFC 1661 section 5), and the
   further codes of LCP (sections 5.7 to 5.9, RFC 1570) and CCP (RFC 1962 section 3). */
#define PPP_CONFIGURE_REQUEST 1
#define PPP_CONFIGURE_ACK     2
#define PPP_CONFIGURE_NAK     3
#define PPP_CONFIGURE_REJECT  4
#define PPP_TERMINATE_REQUEST 5
#define PPP_TERMINATE_ACK     6
#define PPP_CODE_REJECT       7
#define PPP_PROTOCOL_REJECT   8
#define PPP_ECHO_REQUEST      9
#define PPP_ECHO_REPLY        10
#define PPP_DISCARD_REQUEST   11
#define PPP_IDENTIFICATION    12
#define PPP_TIME_REMAINING    13
#define PPP_RESET_REQUEST     14
#define PPP_RESET_ACK         15

/** Octets of Code, Identifier and Length in front of every control packet's data. */
#define PPP_CONTROL_HEADER_SIZE 4

/** One configuration option: @c length counts Type and Length too, @c data is behind them. */
struct ppp_option {
    uint8_t type;
    uint8_t length;
    const uint8_t *data;
};

/** Reads the next option. False at the end of the list and when it is malformed (then
 *  reader->failed): a Length below 2 or beyond the list (RFC 1661 section 6). */
bool ppp_option_read(struct wire_reader *reader, struct ppp_option *option);

/** Writes an option without data, or with one value of 8, 16 or 32 bits. */
void ppp_option_put(struct wire_writer *writer, uint8_t type);
void ppp_option_put_u16(struct wire_writer *writer, uint8_t type, uint16_t value);
void ppp_option_put_u32(struct wire_writer *writer, uint8_t type, uint32_t value);

/** Name of packet code @p code of @p protocol as the RFCs spell it; "unknown" when it has none. */
const char *ppp_code_name(uint16_t protocol, uint8_t code);

/** What a protocol thinks of one option in the peer's Configure-Request. */
enum ppp_verdict {
    PPP_OPTION_ACCEPT,
    PPP_OPTION_NAK,    /**< negotiable, the value is not acceptable */
    PPP_OPTION_REJECT, /**< unknown, or not open for negotiation */
};

/** What a control protocol tells its session. */
enum ppp_control_notice {
    PPP_NOTICE_STARTED,        /**< This-Layer-Started */
    PPP_NOTICE_UP,             /**< This-Layer-Up: Opened */
    PPP_NOTICE_DOWN,           /**< This-Layer-Down: no longer Opened */
    PPP_NOTICE_FINISHED,       /**< This-Layer-Finished */
    PPP_NOTICE_TERMINATED,     /**< the peer sends Terminate-Request; value: its error code or 0 */
    PPP_NOTICE_NOT_CONVERGING, /**< Naks and Rejects without end: the owner closes the layer */
    PPP_NOTICE_LOOPBACK,       /**< our own magic number came back (LCP only) */
    PPP_NOTICE_PROTOCOL_REJECTED, /**< the peer's Protocol-Reject of protocol value (LCP only) */
    PPP_NOTICE_ECHO_LOST,         /**< the keep-alive went unanswered (LCP only) */
    PPP_NOTICE_REFUSED,           /**< we cannot go on; value: Windows error code, 0: by protocol */
};

struct ppp_control;

/** What all control protocols of one link share. It must outlive them. */
struct ppp_control_link {
    struct packet_pool *pool;
    const struct trace *trace;
    const char *session; /**< label of the link in traces */
    const struct ppp_automaton_config *automaton;
    /** Takes @p packet, which starts at its Code, for transmission as @p protocol. */
    void (*send)(void *context, instant now, uint16_t protocol, struct packet *packet);
    void (*notify)(void *context, instant now, struct ppp_control *control,
                   enum ppp_control_notice notice, uint32_t value);
    void *context;
    uint16_t peer_mru;          /**< longest information field the peer takes */
    bool shared_identifier;     /**< one counter for all protocols of the link, as Windows has */
    bool renumber_retransmits;  /**< a retransmission gets a new Identifier too, as Windows does */
    bool windows_termination;   /**< Terminate packets carry data as Windows writes it */
    uint8_t next_identifier;    /**< of the shared counter */
    uint32_t terminate_magic;   /**< first four octets of Windows' Terminate-Request data */
    uint32_t termination_error; /**< Windows error code that a Terminate-Request carries */
};

/** What one control protocol knows of its options. @c control is always the first argument. */
struct ppp_control_operations {
    const char *name;                         /**< lower case, for traces: "lcp" */
    uint16_t protocol;                        /**< PPP protocol number */
    const char *(*option_name)(uint8_t type); /**< for traces; "unknown" without a name */
    /** Writes the options of the next Configure-Request. */
    void (*write_request)(struct ppp_control *control, struct wire_writer *writer);
    /** Judges an option of the peer; for PPP_OPTION_NAK writes an acceptable one. No effects. */
    enum ppp_verdict (*judge)(struct ppp_control *control, const struct ppp_option *option,
                              struct wire_writer *nak);
    /** True when options of @p type may come several times in one request. NULL: none may. */
    bool (*may_repeat)(uint8_t type);
    /** Appends options the peer should have asked for; @p seen has a bit for each type that came.
     *  May be NULL. */
    void (*append_wanted)(struct ppp_control *control, const uint8_t seen[32],
                          struct wire_writer *nak);
    /** Resets what the peer negotiated to the defaults; then accept() for each option. */
    void (*accept_none)(struct ppp_control *control);
    void (*accept)(struct ppp_control *control, const struct ppp_option *option);
    /** The peer answered our request: one call an option. naked() may get unrequested ones. */
    void (*acked)(struct ppp_control *control, instant now, const struct ppp_option *option);
    void (*naked)(struct ppp_control *control, instant now, const struct ppp_option *option);
    void (*rejected)(struct ppp_control *control, instant now, const struct ppp_option *option);
    /** Handles a packet with a code above 7; false: unknown, to be Code-Rejected. NULL: none. */
    bool (*receive)(struct ppp_control *control, instant now, uint8_t code, uint8_t identifier,
                    const uint8_t *data, size_t length, uint64_t serial);
    /** Forgets all that was negotiated, before the first request after Down. */
    void (*reset)(struct ppp_control *control);
};

/**
 * One control protocol of a link: the packets of RFC 1661 section 5 around the automaton. LCP,
 * IPCP and CCP embed it as their first member and give it their operations.
 */
struct ppp_control {
    struct ppp_automaton automaton;
    const struct ppp_control_operations *operations;
    struct ppp_control_link *link; /**< borrowed */
    struct packet *reply;          /**< Ack, Nak, Reject, Terminate-Ack or Code-Reject under way */
    uint8_t reply_code;
    uint8_t *request; /**< borrowed: options of the newest Configure-Request sent */
    uint16_t request_size;
    uint16_t request_length;
    uint8_t request_identifier;
    uint8_t terminate_identifier;
    uint8_t own_identifier;   /**< the last one used, when the link has no shared counter */
    uint8_t reply_identifier; /**< Identifier of the packet being answered */
    uint8_t naks_sent;        /**< without an Ack between, against Max-Failure */
    uint8_t naks_received;    /**< Naks and Rejects without an Ack between */
    bool outstanding;         /**< the newest request has no valid answer yet */
    bool rejected;            /**< by Protocol-Reject: nothing is sent any more */
};

/** @p request (borrowed, @p request_size octets) takes the longest option list of our own. */
void ppp_control_init(struct ppp_control *control, const struct ppp_control_operations *operations,
                      struct ppp_control_link *link, uint8_t *request, size_t request_size);

/** Frees what it holds. */
void ppp_control_destroy(struct ppp_control *control);

/** The administrative and lower-layer events of RFC 1661 section 4.3. */
void ppp_control_open(struct ppp_control *control, instant now);
void ppp_control_close(struct ppp_control *control, instant now);
void ppp_control_up(struct ppp_control *control, instant now);
void ppp_control_down(struct ppp_control *control, instant now);

/** A packet of this protocol from the peer, from its Code on. Malformed and stale ones are dropped
 *  with a trace; @p serial names the packet there. */
void ppp_control_input(struct ppp_control *control, instant now, const uint8_t *octets,
                       size_t length, uint64_t serial);

/** Feeds the automaton: for operations that handle further codes (RXR). */
void ppp_control_event(struct ppp_control *control, instant now, enum ppp_automaton_event event);

/** Prepares the packet that the coming event answers with: a copy of  length octets. */
void ppp_control_prepare_reply(struct ppp_control *control, uint8_t code, const void *data,
                               size_t length);

/** The peer's Protocol-Reject names this protocol. @p fatal: RXJ-, otherwise it falls silent. */
void ppp_control_protocol_rejected(struct ppp_control *control, instant now, bool fatal);

void ppp_control_handle_timeout(struct ppp_control *control, instant now);

static inline instant ppp_control_next_timeout(const struct ppp_control *control)
{
    return control->automaton.restart_at;
}

static inline bool ppp_control_is_opened(const struct ppp_control *control)
{
    return control->automaton.state == PPP_OPENED;
}

/** A fresh Identifier (RFC 1661 section 5). */
uint8_t ppp_control_identifier(struct ppp_control *control);

/** Sends a packet whose data is @p head followed by @p data, cut to the peer's MRU. */
void ppp_control_send(struct ppp_control *control, instant now, uint8_t code, uint8_t identifier,
                      const void *head, size_t head_length, const void *data, size_t length);

/** trace_drop() under this protocol's name. */
void ppp_control_drop(const struct ppp_control *control, instant now, const char *reason,
                      uint64_t serial);

#endif
