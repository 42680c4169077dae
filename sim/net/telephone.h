#ifndef VPNSIM_NET_TELEPHONE_H
#define VPNSIM_NET_TELEPHONE_H

#include "base/entropy.h"
#include "base/packet.h"
#include "base/trace.h"
#include "core/simulation.h"
#include "net/capture_tap.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The switched telephone network: modems (and ISDN terminal adapters) that call each other by
 * number. It carries octets, not frames; who framed them knows what they mean.
 */

/** What a modem is plugged into. */
enum modem_kind {
    MODEM_ANALOG, /**< asynchronous: a start bit, eight bits and a stop bit an octet */
    MODEM_ISDN,   /**< a synchronous B channel: eight bits an octet, one flag between two bursts */
};

/** How a call, or the attempt of one, ends. */
enum modem_end {
    MODEM_BUSY,           /**< every modem with that number has a call */
    MODEM_NO_ANSWER,      /**< it rings, and nobody answers */
    MODEM_NO_CARRIER,     /**< no modem that this one understands has that number */
    MODEM_NO_DIAL_TONE,   /**< the own line is dead */
    MODEM_REMOTE_HANG_UP, /**< the other end has hung up */
    MODEM_LINE_LOST,      /**< the line of one end was cut */
};

/** "busy", "no-answer", ...: the field "reason" of events. */
const char *modem_end_text(enum modem_end end);

/** What a modem tells whoever uses it, who may command it from these calls. */
struct modem_owner {
    /** Somebody calls: modem_answer() or let it ring. */
    void (*ring)(void *owner);
    /** The carrier is there: octets may be sent. */
    void (*connected)(void *owner);
    /** A call, or the attempt, has ended by somebody else; the modem is idle. */
    void (*ended)(void *owner, enum modem_end end);
    /** The last bit of what modem_transmit() took has left: there is room for more. */
    void (*sent)(void *owner);
    /** Octets have come, as the other end sent them or with errors; the callee owns them. */
    void (*receive)(void *owner, struct packet *octets);
};

/** One modem and its line. Texts are borrowed for the run. */
struct modem_config {
    const char *name;   /**< unique in its node */
    const char *node;   /**< for events */
    const char *number; /**< under which it can be called; several may share one; NULL: none */
    enum modem_kind kind;
    uint64_t rate_bps;    /**< highest; a call has the lower one of its two ends; not 0 */
    instant delay;        /**< propagation over its own half of a call */
    uint32_t noise_ppm;   /**< chance of each octet, either way, to be damaged on its own half */
    instant connect_time; /**< from dialling to the carrier, when the other end answers at once */
    /** Software flow control between computer and modem: XON and XOFF (11 and 13) do not pass. */
    bool software_flow_control;
    uint32_t accm; /**< control octets that PPP is to keep off this line; bit n: octet n */
};

/** How long an unanswered call rings, or a modem waits for a carrier (register S7: 60 s). */
#define MODEM_PATIENCE (60 * INSTANT_SECOND)

struct telephone_network;

/** What a modem is doing. */
enum modem_state {
    MODEM_IDLE,
    MODEM_DIALLING,  /**< until the other end answers and the carrier is there */
    MODEM_RINGING,   /**< is being called; not answered yet */
    MODEM_ANSWERING, /**< has answered; no carrier yet */
    MODEM_CONNECTED,
};

/** A modem; lives in the simulation's arena. Fields are for reading. */
struct modem {
    struct modem_config config;
    enum modem_state state;
    bool plugged;          /**< its line works */
    bool looped;           /**< its line is looped: modem_set_looped() */
    uint64_t rate_bps;     /**< of the call */
    struct modem *peer;    /**< other end of the call; NULL: none, or it has hung up */
    struct tap_point taps; /**< frames, recorded by whoever frames the octets */
    struct modem *next;    /**< of the network, in the order created */
    struct modem *sibling; /**< free for the node that owns the modem */
    /* private */
    struct telephone_network *network;
    const struct modem_owner *owner_class;
    void *owner;
    const struct modem_owner *answering_class; /* who answers calls; NULL: nobody */
    void *answering;
    bool called; /* the owner is the answering one, until the call ends */
    bool awaits; /* who has taken it answers the next call */
    const char *dialled;
    instant dialled_at;
    struct event progress; /* of the call; pending while step is to be made */
    int step;
    enum modem_end ending;  /* what the last step will tell */
    struct event departure; /* pending while a burst is being sent */
    struct packet *sending; /* the burst */
    struct event arrival;   /* pending while bursts are on their way here */
    struct packet_queue arrivals;
    struct entropy entropy;
    struct trace trace;
};

/** An empty network in the simulation's arena; NULL: no memory. */
struct telephone_network *telephone_network_create(struct simulation *simulation);

/** Connects a modem to the network; NULL: no memory. */
struct modem *modem_create(struct telephone_network *network, const struct modem_config *config);

/**
 * Lets @p owner answer the calls that come while nobody has taken the modem. During such a call the
 * modem is the owner's, and no longer when it has ended.
 */
void modem_set_answering(struct modem *modem, const struct modem_owner *owner_class, void *owner);

/** Gives @p modem, which is idle, to @p owner for dialling. False: somebody has it. */
bool modem_take(struct modem *modem, const struct modem_owner *owner_class, void *owner);

/** Lets whoever has taken @p modem, which is idle, answer a call: ring(), as often as one comes. */
void modem_await_call(struct modem *modem);

/** Gives a modem back that was taken; a call is ended without telling. */
void modem_release(struct modem *modem);

/**
 * Calls @p number (borrowed until the call ends). The modem must be idle and taken. connected() or
 * ended() follows: busy after a quarter of the connect time; no answer after MODEM_PATIENCE.
 */
void modem_dial(struct modem *modem, const char *number);

/** Answers a ringing call; from ring() or later. */
void modem_answer(struct modem *modem);

/** The number of the other end of a call; "unknown" when it has none. */
const char *modem_caller(const struct modem *modem);

/** Hangs up in any state. The other end learns of it after what is on its way has arrived. */
void modem_hang_up(struct modem *modem);

/** True when modem_transmit() may be called: there is a call and nothing is being sent. */
bool modem_can_transmit(const struct modem *modem);

/** Sends a burst of octets, at least one; takes @p octets. sent() follows when the last has left.
 */
void modem_transmit(struct modem *modem, struct packet *octets);

/** Cuts the line or mends it. Cutting ends a call at both ends at once. */
void modem_set_plugged(struct modem *modem, bool plugged);

/**
 * Loops its line, as for a test, or ends that: calls are made all the same, but it gets back what
 * it sends; the other end of a call is not heard and hears nothing.
 */
void modem_set_looped(struct modem *modem, bool looped);

/** Changes the noise of its line from now on. */
void modem_set_noise(struct modem *modem, uint32_t noise_ppm);

/** What modems tell, beside packet.dropped. */
extern const struct trace_declaration modem_trace_declarations[];

#endif
