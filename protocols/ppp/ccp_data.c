/* What CCP agreed on at work: MPPC and MPPE, alone and together. */
#include "ppp/ccp.h"

static enum status start_sending(struct ccp *ccp)
{
    bool stateless = ccp->peer_agreed & CCP_MPPE_STATELESS;
    enum status status = STATUS_OK;
    if (ccp->peer_agreed & CCP_MPPE_STRENGTHS && ccp->keys) {
        struct mppe_config config = {.crypto = ccp->crypto,
                                     .stateless = stateless,
                                     .new_key_when_flushed = ccp->config->new_key_when_flushed};
        config.strength = (enum mppe_strength)ccp_strength_bits(ccp->peer_agreed);
        config.start_key = mppe_start_key(ccp->keys, config.strength, true);
        status = mppe_compressor_init(&ccp->compressor, &config);
        ccp->encrypts = status == STATUS_OK;
    }
    if (status == STATUS_OK && ccp->peer_agreed & CCP_MPPC) {
        const struct mppc_config config = {.stateless = stateless};
        status = mppc_compressor_init(&ccp->mppc_compressor, &config);
        ccp->compresses = status == STATUS_OK;
    }
    return status;
}

static enum status start_receiving(struct ccp *ccp, uint32_t max_length)
{
    bool stateless = ccp->agreed & CCP_MPPE_STATELESS;
    enum status status = STATUS_OK;
    if (ccp->agreed & CCP_MPPE_STRENGTHS && ccp->keys) {
        struct mppe_config config = {.crypto = ccp->crypto,
                                     .stateless = stateless,
                                     .new_key_when_flushed = ccp->config->new_key_when_flushed};
        config.strength = (enum mppe_strength)ccp_strength_bits(ccp->agreed);
        config.start_key = mppe_start_key(ccp->keys, config.strength, false);
        status = mppe_decompressor_init(&ccp->decompressor, &config);
        ccp->decrypts = status == STATUS_OK;
    }
    if (status == STATUS_OK && ccp->agreed & CCP_MPPC) {
        const struct mppc_config config = {.stateless = stateless, .max_length = max_length};
        status = mppc_decompressor_init(&ccp->mppc_decompressor, &config);
        ccp->decompresses = status == STATUS_OK;
    }
    return status;
}

enum status ccp_start(struct ccp *ccp, uint32_t max_length)
{
    ccp_stop(ccp);
    enum status status = start_sending(ccp);
    return status == STATUS_OK ? start_receiving(ccp, max_length) : status;
}

void ccp_stop(struct ccp *ccp)
{
    if (ccp->encrypts)
        mppe_compressor_clear(&ccp->compressor);
    if (ccp->decrypts)
        mppe_decompressor_clear(&ccp->decompressor);
    if (ccp->compresses)
        mppc_compressor_clear(&ccp->mppc_compressor);
    if (ccp->decompresses)
        mppc_decompressor_clear(&ccp->mppc_decompressor);
    ccp->encrypts = ccp->decrypts = false;
    ccp->compresses = ccp->decompresses = false;
}

/* RFC 3078 section 3: what is compressed is then encrypted; both write one header. */
void ccp_transform(struct ccp *ccp, struct packet *packet)
{
    if (!ccp->compresses) {
        mppe_encrypt(&ccp->compressor, packet);
    } else if (!ccp->encrypts) {
        mppc_send(&ccp->mppc_compressor, packet);
    } else {
        bool flush = mppe_flushes_next(&ccp->compressor);
        uint16_t bits = mppc_compress(&ccp->mppc_compressor, packet, flush);
        mppe_encrypt_with(&ccp->compressor, packet, bits);
    }
}

static bool decrypt(struct ccp *ccp, instant now, struct packet *packet, const char **reason)
{
    enum mppe_result result = mppe_decrypt(&ccp->decompressor, now, packet, reason);
    if (result == MPPE_DROP_AND_REQUEST_RESET)
        ccp_send_reset_request(ccp, now);
    return result == MPPE_DELIVER;
}

static bool decompress(struct ccp *ccp, instant now, struct packet *packet, const char **reason)
{
    enum mppc_result result = ccp->decrypts
                                  ? mppc_decompress(&ccp->mppc_decompressor, now, packet,
                                                    ccp->decompressor.header, reason)
                                  : mppc_receive(&ccp->mppc_decompressor, now, packet, reason);
    if (result == MPPC_DROP_AND_REQUEST_RESET)
        ccp_send_reset_request(ccp, now);
    return result == MPPC_DELIVER;
}

bool ccp_restore(struct ccp *ccp, instant now, struct packet *packet, const char **layer,
                 const char **reason)
{
    *layer = ccp->decrypts || !ccp->decompresses ? "mppe" : "mppc";
    *reason = "not-negotiated";
    if (!ccp->decrypts && !ccp->decompresses)
        return false;
    if (ccp->decrypts && !decrypt(ccp, now, packet, reason))
        return false;
    *layer = "mppc";
    if (ccp->decompresses)
        return decompress(ccp, now, packet, reason);
    /* The bit means nothing to MPPE (RFC 3078 section 3.1), but what it marks cannot be read. */
    *reason = "not-negotiated";
    return !(ccp->decompressor.header & MPPC_COMPRESSED);
}
