#include "ppp/ccp.h"

#define CCP_PROTOCOL 0x80fd

/* Windows error code for a peer that will not encrypt. */
#define ERROR_NO_REMOTE_ENCRYPTION 742

/*
 * Microsoft's option (RFC 3078 section 2, RFC 2118 section 2), data behind Type and Length:
 *
 *   18  Supported Bits   4 octets: H 01000000, M 00000080, S 00000040, L 00000020, D 00000010,
 *                                  C 00000001
 */

static struct ccp *ccp_of(struct ppp_control *control)
{
    return (struct ccp *)(void *)control;
}

static const char *option_name(uint8_t type)
{
    switch (type) {
    case CCP_OPTION_OUI:
        return "oui";
    case CCP_OPTION_PREDICTOR_1:
        return "predictor-1";
    case CCP_OPTION_PREDICTOR_2:
        return "predictor-2";
    case CCP_OPTION_STAC_LZS:
        return "stac-lzs";
    case CCP_OPTION_MICROSOFT:
        return "microsoft-ppe-ppc";
    case CCP_OPTION_DEFLATE:
        return "deflate";
    default:
        return "unknown";
    }
}

unsigned ccp_strength_bits(uint32_t bits)
{
    if (bits & CCP_MPPE_128)
        return 128;
    if (bits & CCP_MPPE_56)
        return 56;
    return bits & CCP_MPPE_40 ? 40 : 0;
}

/* The strongest alone of a set of strengths. */
static uint32_t strongest(uint32_t bits)
{
    if (bits & CCP_MPPE_128)
        return CCP_MPPE_128;
    if (bits & CCP_MPPE_56)
        return CCP_MPPE_56;
    return bits & CCP_MPPE_40;
}

/* The configured strengths for which authentication has left a key. */
static uint32_t possible(const struct ccp_config *config, const struct mppe_start_keys *keys)
{
    uint32_t bits = keys ? config->strengths & CCP_MPPE_STRENGTHS : 0;
    if (bits && !mppe_start_key(keys, MPPE_40_BIT, true))
        bits &= CCP_MPPE_128;
    return bits;
}

bool ccp_can_encrypt(const struct ccp_config *config, const struct mppe_start_keys *keys)
{
    return possible(config, keys) != 0;
}

bool ccp_is_of_use(const struct ccp_config *config, const struct mppe_start_keys *keys)
{
    return config->enabled && (config->compress || ccp_can_encrypt(config, keys));
}

static void reset(struct ppp_control *control)
{
    struct ccp *ccp = ccp_of(control);
    ccp->available = possible(ccp->config, ccp->keys);
    ccp->asked = ccp->available | (ccp->config->compress ? CCP_MPPC : 0);
    if (ccp->asked && ccp->config->stateless)
        ccp->asked |= CCP_MPPE_STATELESS;
    ccp->agreed = 0;
}

/* Without a key of any strength there is nothing to ask for, and the option is left out. */
static void write_request(struct ppp_control *control, struct wire_writer *writer)
{
    const struct ccp *ccp = ccp_of(control);
    if (ccp->asked)
        ppp_option_put_u32(writer, CCP_OPTION_MICROSOFT, ccp->asked);
}

/* What the peer's bits come to. RFC 3078 section 2.1: one strength. Compression when both want it;
   a peer that wants nothing else gets it alone unless encryption is required. */
static uint32_t settle(const struct ccp *ccp, uint32_t bits)
{
    uint32_t compression = ccp->config->compress ? bits & CCP_MPPC : 0;
    uint32_t common = bits & ccp->available;
    bool alone = compression && !(bits & CCP_MPPE_STRENGTHS) && !ccp->config->required;
    uint32_t wanted = compression | (common ? strongest(common) : 0);
    if (!common && !alone)
        wanted |= strongest(ccp->available);
    /* Stateless wins when either wants it. */
    if (wanted && (bits & CCP_MPPE_STATELESS || ccp->config->stateless))
        wanted |= CCP_MPPE_STATELESS;
    return wanted;
}

static enum ppp_verdict judge(struct ppp_control *control, const struct ppp_option *option,
                              struct wire_writer *nak)
{
    const struct ccp *ccp = ccp_of(control);
    if (option->type != CCP_OPTION_MICROSOFT)
        return PPP_OPTION_REJECT;
    uint32_t bits = option->length == 6 ? wire_load_u32(option->data) : 0;
    uint32_t wanted = settle(ccp, bits);
    if (wanted == 0)
        return PPP_OPTION_REJECT;
    if (option->length == 6 && bits == wanted)
        return PPP_OPTION_ACCEPT;
    ppp_option_put_u32(nak, CCP_OPTION_MICROSOFT, wanted);
    return PPP_OPTION_NAK;
}

static void append_wanted(struct ppp_control *control, const uint8_t seen[32],
                          struct wire_writer *nak)
{
    const struct ccp *ccp = ccp_of(control);
    bool came = seen[CCP_OPTION_MICROSOFT / 8] & 1u << CCP_OPTION_MICROSOFT % 8;
    if (came || !ccp->config->required || ccp->available == 0)
        return;
    ppp_option_put_u32(nak, CCP_OPTION_MICROSOFT,
                       strongest(ccp->available) |
                           (ccp->config->stateless ? CCP_MPPE_STATELESS : 0));
}

static void accept_none(struct ppp_control *control)
{
    ccp_of(control)->peer_agreed = 0;
}

static void accept(struct ppp_control *control, const struct ppp_option *option)
{
    ccp_of(control)->peer_agreed = wire_load_u32(option->data);
}

static void acked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    (void)now;
    ccp_of(control)->agreed = wire_load_u32(option->data);
}

static void give_up(struct ccp *ccp, instant now)
{
    ccp->asked = 0;
    if (ccp->config->required)
        ccp->control.link->notify(ccp->control.link->context, now, &ccp->control,
                                  PPP_NOTICE_REFUSED, ERROR_NO_REMOTE_ENCRYPTION);
}

static void naked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    struct ccp *ccp = ccp_of(control);
    if (option->type != CCP_OPTION_MICROSOFT || option->length != 6)
        return;
    uint32_t bits = wire_load_u32(option->data);
    uint32_t strength = strongest(bits & ccp->available);
    uint32_t compression = ccp->config->compress ? bits & CCP_MPPC : 0;
    if (strength == 0 && (ccp->config->required || !compression)) {
        give_up(ccp, now);
        return;
    }
    ccp->asked = strength | compression;
    if (bits & CCP_MPPE_STATELESS || ccp->config->stateless)
        ccp->asked |= CCP_MPPE_STATELESS;
}

static void rejected(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    if (option->type == CCP_OPTION_MICROSOFT)
        give_up(ccp_of(control), now);
}

/* RFC 1962 section 3: the two codes of CCP's own. MPPE answers a Reset-Request by flushing, without
   a Reset-Ack (RFC 3078 section 8.2); one that comes from another implementation is harmless. */
static bool receive(struct ppp_control *control, instant now, uint8_t code, uint8_t identifier,
                    const uint8_t *data, size_t length, uint64_t serial)
{
    struct ccp *ccp = ccp_of(control);
    (void)data;
    (void)length;
    if (code != PPP_RESET_REQUEST && code != PPP_RESET_ACK)
        return false;
    if (!ppp_control_is_opened(control)) {
        ppp_control_drop(control, now, "not-opened", serial);
        return true;
    }
    if (code == PPP_RESET_REQUEST) {
        if (ccp->encrypts)
            mppe_compressor_reset(&ccp->compressor);
        if (ccp->compresses)
            mppc_compressor_reset(&ccp->mppc_compressor);
        TRACE(control->link->trace, now, "ppp.ccp.reset-request.received",
              trace_text("session", control->link->session),
              trace_number("identifier", identifier));
    }
    return true;
}

static const struct ppp_control_operations operations = {
    .name = "ccp",
    .protocol = CCP_PROTOCOL,
    .option_name = option_name,
    .write_request = write_request,
    .judge = judge,
    .append_wanted = append_wanted,
    .accept_none = accept_none,
    .accept = accept,
    .acked = acked,
    .naked = naked,
    .rejected = rejected,
    .receive = receive,
    .reset = reset,
};

void ccp_init(struct ccp *ccp, struct ppp_control_link *link, const struct ccp_config *config)
{
    *ccp = (struct ccp){.config = config};
    ppp_control_init(&ccp->control, &operations, link, ccp->request, sizeof ccp->request);
}

void ccp_destroy(struct ccp *ccp)
{
    ccp_stop(ccp);
    ccp_set_keys(ccp, NULL, NULL);
    ppp_control_destroy(&ccp->control);
}

void ccp_set_keys(struct ccp *ccp, struct crypto *crypto, const struct mppe_start_keys *keys)
{
    ccp->crypto = crypto;
    ccp->keys = keys;
}

void ccp_send_reset_request(struct ccp *ccp, instant now)
{
    uint8_t identifier = ppp_control_identifier(&ccp->control);
    TRACE(ccp->control.link->trace, now, "ppp.ccp.reset-request.sent",
          trace_text("session", ccp->control.link->session),
          trace_number("identifier", identifier));
    ppp_control_send(&ccp->control, now, PPP_RESET_REQUEST, identifier, NULL, 0, NULL, 0);
}
