#include "ipsec/esp.h"

#include "support/ipsec_bench.h"
#include "support/unit.h"

#include <string.h>

#define LONGEST 256

/* Packets from SPI to ICV with what is in them. */
struct vector {
    enum cipher_algorithm cipher;
    const char *cipher_key;
    bool integrity;
    enum hash_algorithm hash;
    const char *integrity_key;
    uint8_t next_header;
    const char *payload;
    const char *esp;
};

static const struct vector vectors[] = {
    /* RFC 3602 section 4, cases 5 to 8 */
    {CIPHER_AES_CBC, "90d382b410eeba7ad938c46cec1a82bf", false, HASH_MD5, "", 1,
     "08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425"
     "262728292a2b2c2d2e2f3031323334353637",
     "0000432100000001e96e8c08ab465763fd098d45dd3ff893f663c25d325c18c6a9453e194e120849a4870b66cc6b"
     "9965330013b4898dc856a4699e523a55db080b59ec3a8e4b7e52775b07d1db34ed9c538ab50c551b874aa269add0"
     "47ad2d5913ac19b7cfbad4a6"},
    {CIPHER_AES_CBC, "90d382b410eeba7ad938c46cec1a82bf", false, HASH_MD5, "", 1,
     "0800b5e8a80a0500a69c083d0b660e00777777777777777777777777",
     "000043210000000869d08df7d203329db093fc4924e5bd80f51995881ec4e0c4488987ce742e8109689bb379d2d7"
     "50c0d915dca346a89f75"},
    {CIPHER_AES_CBC, "0123456789abcdef0123456789abcdef", false, HASH_MD5, "", 4,
     "45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a2040008090a0b0c0d0e0f1011"
     "12131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
     "0000876500000002f4e765244f6407adf13dc1380f673f37773b5241a4c449225e4f3ce5ed611b0c237ca96cf74a"
     "93013c1b0ea1a0cf70f8e4ecaec78ac53aad7a0f022b859243c647752e94a859352b8a4d4d2decd136e5c177f132"
     "ad3fbfb2201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0d"},
    {CIPHER_AES_CBC, "0123456789abcdef0123456789abcdef", false, HASH_MD5, "", 4,
     "45000044090c00004001f990c0a87b03c0a87bc80800d63caa0a0200c69c083da3de0300ffffffffffffffffffff"
     "ffffffffffffffffffffffffffffffffffffffffffff",
     "000087650000000585d47224b5f3dd5d2101d4ea8dffab2215b92683819596a8047232cc00f7048fe45318e11f8a"
     "0f62ede3c3fc61203bb50f980a08c9843fd3a1b06d5c07ff9639b7eb7dfb3512e5de435e7207ed971ef3d2726d9b"
     "5ef6affc6d17a0decbb13892"},
    /* AES-128 and HMAC-SHA-1-96 as Linux 6.1 sends it, with ten octets of padding */
    {CIPHER_AES_CBC, "d60333773285764c28b317d9d24ee76b", true, HASH_SHA1,
     "0476c33cb7b2f05d0e49d27c19de3d32e11d6840", 4,
     "45000044d65b4000400150590a0100010a02000108004aff051a0001c305016b0000000098230600000000001011"
     "12131415161718191a1b1c1d1e1f2021222324252627",
     "cdd0a16f00000001a3c9a53fcc45d5b8fa23313f4b788efd499dab6e5a84488f721bd093bad7336a9b313c564df5"
     "dfec5b036f3050a541197a8444dde3bc6283c7b695a4135c07257b77448c07328b8d555e64de59f69b07af6a2680"
     "5ada8674957c2b22a6fb1ae6a813684e028ca9fa05aca6ec"},
};

#define VECTORS (sizeof vectors / sizeof vectors[0])

static void open_vector(struct ipsec_sa_bench *bench, const struct vector *vector)
{
    uint8_t esp[LONGEST];
    unit_hex(vector->esp, esp, sizeof esp);
    struct security_association_config config = {
        .protocol = IPSEC_ESP,
        .spi = (uint32_t)esp[0] << 24 | (uint32_t)esp[1] << 16 | (uint32_t)esp[2] << 8 | esp[3],
        .cipher = vector->cipher,
        .integrity = vector->integrity,
        .hash = vector->hash,
        .replay_window = vector->integrity ? 64 : 0,
    };
    config.cipher_key_length =
        (uint8_t)unit_hex(vector->cipher_key, config.cipher_key, sizeof config.cipher_key);
    config.integrity_key_length =
        (uint8_t)unit_hex(vector->integrity_key, config.integrity_key, sizeof config.integrity_key);
    assert_true(security_association_config_valid(&config));
    ipsec_sa_bench_init(bench, &config);
}

/* "IP" stands for the header in front, which must be left alone. */
static struct packet *with_header(struct ipsec_sa_bench *bench, const char *hex)
{
    uint8_t octets[2 + LONGEST] = {'I', 'P'};
    const size_t length = unit_hex(hex, octets + 2, LONGEST);
    return packet_from(&bench->pool, octets, 2 + length);
}

static void every_vector_is_opened(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct ipsec_sa_bench bench;
        uint8_t next_header = 0;
        open_vector(&bench, &vectors[i]);
        struct packet *packet = with_header(&bench, vectors[i].esp);
        assert_int_equal(esp_open(&bench.inbound, &bench.steps, packet, 2, &next_header), IPSEC_OK);
        assert_memory_equal(packet->data, "IP", 2);
        unit_assert_hex(packet->data + 2, packet->length - 2, vectors[i].payload);
        assert_int_equal(next_header, vectors[i].next_header);
        assert_int_equal(bench.steps.unpadded, 1);
        assert_int_equal(bench.inbound.octets, strlen(vectors[i].payload) / 2);
        packet_free(packet);
        ipsec_sa_bench_destroy(&bench);
    }
}

static void every_vector_is_made_from_what_is_in_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct ipsec_sa_bench bench;
        uint8_t esp[LONGEST];
        open_vector(&bench, &vectors[i]);
        const size_t length = unit_hex(vectors[i].esp, esp, sizeof esp);
        struct packet *packet = with_header(&bench, vectors[i].payload);
        struct entropy entropy = ipsec_bench_entropy(esp + ESP_HEADER_SIZE);
        bench.outbound.sequence = esp[7] - 1U;
        assert_int_equal(esp_overhead(&bench.outbound, packet->length - 2),
                         length - (packet->length - 2));
        assert_int_equal(esp_protect(&bench.outbound, &entropy, packet, 2, vectors[i].next_header),
                         IPSEC_OK);
        assert_memory_equal(packet->data, "IP", 2);
        unit_assert_hex(packet->data + 2, packet->length - 2, vectors[i].esp);
        packet_free(packet);
        ipsec_sa_bench_destroy(&bench);
    }
}

static void every_length_comes_through_every_cipher(void **state)
{
    (void)state;
    static const struct {
        enum cipher_algorithm cipher;
        enum hash_algorithm hash;
        size_t key_length;
    } suites[] = {
        {CIPHER_NULL, HASH_MD5, 0},        {CIPHER_DES_CBC, HASH_MD5, 8},
        {CIPHER_3DES_CBC, HASH_SHA1, 24},  {CIPHER_AES_CBC, HASH_SHA1, 16},
        {CIPHER_AES_CBC, HASH_SHA256, 24}, {CIPHER_AES_CBC, HASH_SHA256, 32},
    };
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
        struct security_association_config config =
            ipsec_bench_sa(IPSEC_ESP, 0x1000, suites[i].cipher, suites[i].hash);
        struct ipsec_sa_bench bench;
        struct entropy entropy = entropy_make(1, "esp");
        config.cipher_key_length = (uint8_t)suites[i].key_length;
        ipsec_sa_bench_init(&bench, &config);
        for (size_t length = 0; length <= 40; length++) {
            uint8_t next_header = 0;
            uint8_t octets[42];
            memset(octets, (int)length, sizeof octets);
            struct packet *packet = packet_from(&bench.pool, octets, length + 2);
            const size_t overhead = esp_overhead(&bench.outbound, length);
            assert_int_equal(esp_protect(&bench.outbound, &entropy, packet, 2, 17), IPSEC_OK);
            assert_int_equal(packet->length, 2 + length + overhead);
            assert_int_equal(esp_open(&bench.inbound, &bench.steps, packet, 2, &next_header),
                             IPSEC_OK);
            assert_int_equal(next_header, 17);
            assert_int_equal(packet->length, length + 2);
            assert_memory_equal(packet->data, octets, length + 2);
            packet_free(packet);
        }
        assert_int_equal(bench.outbound.sequence, 41);
        assert_int_equal(bench.outbound.packets, 41);
        assert_int_equal(bench.inbound.octets, 40 * 41 / 2);
        ipsec_sa_bench_destroy(&bench);
    }
}

static void any_flipped_bit_is_found_before_anything_is_decrypted(void **state)
{
    (void)state;
    const struct vector *vector = &vectors[VECTORS - 1];
    const size_t bits = strlen(vector->esp) / 2 * 8;
    for (size_t bit = 32; bit < bits; bit++) { /* the SPI would choose another SA */
        struct ipsec_sa_bench bench;
        uint8_t next_header = 0;
        open_vector(&bench, vector);
        struct packet *packet = with_header(&bench, vector->esp);
        packet->data[2 + bit / 8] ^= (uint8_t)(1 << bit % 8);
        const enum ipsec_result result =
            esp_open(&bench.inbound, &bench.steps, packet, 2, &next_header);
        /* The flip that makes the Sequence Number zero is found even earlier. */
        assert_int_equal(result, bit == 56 ? IPSEC_REPLAYED : IPSEC_BAD_INTEGRITY);
        assert_int_equal(bench.steps.authenticated, 0);
        assert_int_equal(bench.steps.decrypted, 0);
        assert_int_equal(bench.inbound.window.highest, 0);
        packet_free(packet);
        ipsec_sa_bench_destroy(&bench);
    }
}

static void a_packet_cut_anywhere_is_refused(void **state)
{
    (void)state;
    const struct vector *vector = &vectors[VECTORS - 1];
    const size_t length = strlen(vector->esp) / 2;
    for (size_t left = 0; left < length; left++) {
        struct ipsec_sa_bench bench;
        uint8_t next_header = 0;
        open_vector(&bench, vector);
        struct packet *packet = with_header(&bench, vector->esp);
        packet_trim(packet, 2 + left);
        const enum ipsec_result result =
            esp_open(&bench.inbound, &bench.steps, packet, 2, &next_header);
        const bool whole_blocks = left >= 8 + 16 + 2 + 12 && (left - 8 - 16 - 12) % 16 == 0;
        assert_int_equal(result, whole_blocks ? IPSEC_BAD_INTEGRITY : IPSEC_MALFORMED);
        packet_free(packet);
        ipsec_sa_bench_destroy(&bench);
    }
}

/* Without integrity nothing else tells that the key was wrong (and with it, only a faulty peer). */
static void padding_that_does_not_count_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *payload_and_padding; /* NULL cipher */
        enum ipsec_result expected;
    } table[] = {
        {"4142430101 01 11", IPSEC_MALFORMED}, /* no multiple of four */
        {"41424344 0102 02 11", IPSEC_OK},          {"41424344 0101 02 11", IPSEC_BAD_PADDING},
        {"41424344 0002 02 11", IPSEC_BAD_PADDING}, {"41424344 0102 07 11", IPSEC_BAD_PADDING},
        {"01020304 0506 06 11", IPSEC_OK},          {"41424344 4546 00 11", IPSEC_OK},
        {"41424344 4546 ff 11", IPSEC_BAD_PADDING},
    };
    const struct security_association_config config =
        ipsec_bench_sa(IPSEC_ESP, 0x1000, CIPHER_NULL, HASH_MD5);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct ipsec_sa_bench bench;
        uint8_t octets[64] = {0, 0, 0x10, 0, 0, 0, 0, 1};
        uint8_t digest[HASH_SIZE_MAXIMUM];
        uint8_t next_header = 0;
        ipsec_sa_bench_init(&bench, &config);
        const size_t length = 8 + unit_hex(table[i].payload_and_padding, octets + 8, 32);
        hmac_compute(&bench.inbound.hmac, &(struct crypto_piece){octets, length}, 1, digest);
        memcpy(octets + length, digest, 12);
        struct packet *packet = packet_from(&bench.pool, octets, length + 12);
        assert_int_equal(esp_open(&bench.inbound, &bench.steps, packet, 0, &next_header),
                         table[i].expected);
        assert_int_equal(bench.steps.unpadded, table[i].expected == IPSEC_OK);
        packet_free(packet);
        ipsec_sa_bench_destroy(&bench);
    }
}

static void a_sequence_number_is_taken_once(void **state)
{
    (void)state;
    const struct security_association_config config =
        ipsec_bench_sa(IPSEC_ESP, 0x1000, CIPHER_AES_CBC, HASH_SHA1);
    struct ipsec_sa_bench bench;
    struct entropy entropy = entropy_make(1, "esp");
    uint8_t next_header = 0;
    ipsec_sa_bench_init(&bench, &config);
    struct packet *first = packet_from(&bench.pool, "one", 3);
    esp_protect(&bench.outbound, &entropy, first, 0, 17);
    struct packet *again = packet_clone(first);
    struct packet *old = packet_clone(first);
    assert_int_equal(esp_open(&bench.inbound, &bench.steps, first, 0, &next_header), IPSEC_OK);
    assert_int_equal(esp_open(&bench.inbound, &bench.steps, again, 0, &next_header),
                     IPSEC_REPLAYED);
    assert_int_equal(bench.steps.received, 2);
    assert_int_equal(bench.steps.fresh, 1);

    struct packet *late = packet_from(&bench.pool, "late", 4);
    bench.outbound.sequence = 70;
    esp_protect(&bench.outbound, &entropy, late, 0, 17);
    assert_int_equal(esp_open(&bench.inbound, &bench.steps, late, 0, &next_header), IPSEC_OK);
    assert_int_equal(esp_open(&bench.inbound, &bench.steps, old, 0, &next_header), IPSEC_TOO_LATE);
    packet_free(first);
    packet_free(again);
    packet_free(late);
    packet_free(old);
    ipsec_sa_bench_destroy(&bench);
}

static void sequence_numbers_do_not_cycle(void **state)
{
    (void)state;
    const struct security_association_config config =
        ipsec_bench_sa(IPSEC_ESP, 0x1000, CIPHER_AES_CBC, HASH_SHA1);
    struct ipsec_sa_bench bench;
    struct entropy entropy = entropy_make(1, "esp");
    ipsec_sa_bench_init(&bench, &config);
    struct packet *packet = packet_from(&bench.pool, "last", 4);
    bench.outbound.sequence = UINT32_MAX - 1;
    assert_int_equal(esp_protect(&bench.outbound, &entropy, packet, 0, 17), IPSEC_OK);
    packet_trim(packet, 4);
    assert_int_equal(esp_protect(&bench.outbound, &entropy, packet, 0, 17),
                     IPSEC_SEQUENCE_EXHAUSTED);
    assert_int_equal(packet->length, 4);
    packet_free(packet);
    ipsec_sa_bench_destroy(&bench);
}

static void a_packet_without_room_is_left_as_it_is(void **state)
{
    (void)state;
    const struct security_association_config config =
        ipsec_bench_sa(IPSEC_ESP, 0x1000, CIPHER_AES_CBC, HASH_SHA1);
    struct ipsec_sa_bench bench;
    struct entropy entropy = entropy_make(1, "esp");
    ipsec_sa_bench_init(&bench, &config);
    struct packet *packet = packet_alloc(&bench.pool, PACKET_ROOM);
    packet_append(packet, PACKET_ROOM + PACKET_TAILROOM - 10);
    assert_int_equal(esp_protect(&bench.outbound, &entropy, packet, 0, 17), IPSEC_NO_ROOM);
    packet_trim(packet, 100);
    packet_push(packet, packet_headroom(packet) - 23);
    assert_int_equal(esp_protect(&bench.outbound, &entropy, packet, 0, 17), IPSEC_NO_ROOM);
    assert_int_equal(bench.outbound.sequence, 0);
    packet_free(packet);
    ipsec_sa_bench_destroy(&bench);
}

static void only_sound_associations_are_made(void **state)
{
    (void)state;
    const struct security_association_config esp =
        ipsec_bench_sa(IPSEC_ESP, 256, CIPHER_AES_CBC, HASH_SHA1);
    const struct security_association_config ah =
        ipsec_bench_sa(IPSEC_AH, 256, CIPHER_NULL, HASH_MD5);
    assert_true(security_association_config_valid(&esp));
    assert_true(security_association_config_valid(&ah));
    struct security_association_config config = esp;
    config.spi = 255; /* reserved */
    assert_false(security_association_config_valid(&config));
    config = esp;
    config.cipher_key_length = 20;
    assert_false(security_association_config_valid(&config));
    config = esp;
    config.integrity_key_length = 16;
    assert_false(security_association_config_valid(&config));
    config = esp;
    config.integrity = false; /* a window without integrity */
    assert_false(security_association_config_valid(&config));
    config.replay_window = 0;
    assert_true(security_association_config_valid(&config));
    config.cipher = CIPHER_NULL; /* neither */
    config.cipher_key_length = 0;
    assert_false(security_association_config_valid(&config));
    config = ah;
    config.integrity = false;
    config.replay_window = 0;
    assert_false(security_association_config_valid(&config));
    config = ah;
    config.cipher = CIPHER_DES_CBC;
    config.cipher_key_length = 8;
    assert_false(security_association_config_valid(&config));
    config = esp;
    config.replay_window = REPLAY_WINDOW_MAXIMUM + 1;
    assert_false(security_association_config_valid(&config));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_is_opened),
        cmocka_unit_test(every_vector_is_made_from_what_is_in_it),
        cmocka_unit_test(every_length_comes_through_every_cipher),
        cmocka_unit_test(any_flipped_bit_is_found_before_anything_is_decrypted),
        cmocka_unit_test(a_packet_cut_anywhere_is_refused),
        cmocka_unit_test(padding_that_does_not_count_is_refused),
        cmocka_unit_test(a_sequence_number_is_taken_once),
        cmocka_unit_test(sequence_numbers_do_not_cycle),
        cmocka_unit_test(a_packet_without_room_is_left_as_it_is),
        cmocka_unit_test(only_sound_associations_are_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
