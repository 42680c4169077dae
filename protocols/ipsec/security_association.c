#include "ipsec/security_association.h"

#include <assert.h>
#include <string.h>

size_t ipsec_icv_size(enum hash_algorithm hash)
{
    return hash == HASH_SHA256 ? 16 : 12;
}

const char *ipsec_protocol_name(enum ipsec_protocol protocol)
{
    return protocol == IPSEC_AH ? "ah" : "esp";
}

bool security_association_config_valid(const struct security_association_config *config)
{
    if (config->spi < IPSEC_SPI_MINIMUM)
        return false;
    if (!cipher_takes_key_length(config->cipher, config->cipher_key_length))
        return false;
    if (cipher_is_weak_key(config->cipher, config->cipher_key))
        return false; /* RFC 2405 and RFC 2451: other SAs are to be asked for */
    if (config->integrity && config->integrity_key_length != hash_size(config->hash))
        return false;
    if (!config->integrity && config->replay_window > 0)
        return false; /* RFC 2406 section 3.4.3 */
    if (config->replay_window > REPLAY_WINDOW_MAXIMUM)
        return false;
    /* RFC 2406 section 5: not both of them may be NULL; AH is integrity and nothing else. */
    bool enciphers = config->cipher != CIPHER_NULL;
    return config->protocol == IPSEC_AH ? config->integrity && !enciphers
                                        : config->integrity || enciphers;
}

enum status security_association_init(struct security_association *self, struct crypto *crypto,
                                      const struct security_association_config *config,
                                      enum ipsec_direction direction)
{
    assert(security_association_config_valid(config));
    memset(self, 0, sizeof *self);
    self->protocol = config->protocol;
    self->cipher_algorithm = config->cipher;
    self->spi = config->spi;
    if (config->protocol == IPSEC_ESP) {
        size_t block = cipher_block_size(config->cipher);
        self->cipher =
            cipher_create(crypto, config->cipher, config->cipher_key, config->cipher_key_length,
                          direction == IPSEC_INBOUND ? CIPHER_DECRYPTS : CIPHER_ENCRYPTS);
        if (!self->cipher)
            return STATUS_NO_MEMORY;
        /* The trailer ends on a four-octet boundary whatever the cipher (RFC 2406 section 2.4). */
        self->block_size = (uint8_t)(block < 4 ? 4 : block);
        self->iv_size = (uint8_t)cipher_iv_size(config->cipher);
    }
    if (config->integrity) {
        hmac_init(&self->hmac, crypto, config->hash, config->integrity_key,
                  config->integrity_key_length);
        self->icv_size = (uint8_t)ipsec_icv_size(config->hash);
    }
    replay_window_init(&self->window, direction == IPSEC_INBOUND ? config->replay_window : 0);
    return STATUS_OK;
}

void security_association_clear(struct security_association *self)
{
    cipher_destroy(self->cipher);
    memset(self, 0, sizeof *self);
}
