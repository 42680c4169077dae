#include "capture/wireshark_profile.h"

#include "capture/line_log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/** Secrets of one kind in the order told, or sorted without those told twice. */
struct rows {
    void *octets;
    size_t count;
    size_t room;
    bool sorted;
};

struct wireshark_profile {
    struct line_log files[WIRESHARK_FILES];
    uint64_t tls_count;
    struct rows ike; /* struct ike_secret */
    struct rows esp; /* struct esp_secret */
    bool out_of_memory;
};

const char *wireshark_file_name(enum wireshark_file file)
{
    static const char *const names[WIRESHARK_FILES] = {
        [WIRESHARK_TLS_KEYS] = "wireshark/keys.log",
        [WIRESHARK_PREFERENCES] = "wireshark/preferences",
        [WIRESHARK_IKE_KEYS] = "wireshark/ikev1_decryption_table",
        [WIRESHARK_ESP_KEYS] = "wireshark/esp_sa",
    };
    return names[file];
}

struct wireshark_profile *wireshark_profile_create(void)
{
    return calloc(1, sizeof(struct wireshark_profile));
}

static void write_line(struct wireshark_profile *profile, enum wireshark_file file,
                       const char *line)
{
    if (profile->files[file].file)
        line_log_write(&profile->files[file], line, strlen(line));
}

enum status wireshark_profile_open(struct wireshark_profile *profile, enum wireshark_file file,
                                   const char *path, char *error, size_t error_size)
{
    enum status status = line_log_open(&profile->files[file], path, error, error_size);
    if (status == STATUS_OK && file == WIRESHARK_PREFERENCES) {
        write_line(profile, file, "esp.enable_encryption_decode: TRUE");
        write_line(profile, file, "esp.enable_authentication_check: TRUE");
    }
    return status;
}

static void add(struct wireshark_profile *profile, struct rows *rows, const void *row, size_t size)
{
    if (rows->count == rows->room) {
        size_t room = rows->room ? 2 * rows->room : 16;
        void *octets = realloc(rows->octets, room * size);
        if (!octets) {
            profile->out_of_memory = true;
            return;
        }
        rows->octets = octets;
        rows->room = room;
    }
    memcpy((uint8_t *)rows->octets + rows->count++ * size, row, size);
    rows->sorted = false;
}

void wireshark_profile_receive(void *context, const struct secret *secret)
{
    struct wireshark_profile *profile = context;
    switch (secret->kind) {
    case SECRET_TLS:
        write_line(profile, WIRESHARK_TLS_KEYS, secret->tls);
        profile->tls_count++;
        break;
    case SECRET_IKE:
        if (profile->files[WIRESHARK_IKE_KEYS].file)
            add(profile, &profile->ike, &secret->ike, sizeof secret->ike);
        break;
    case SECRET_ESP:
        if (profile->files[WIRESHARK_ESP_KEYS].file)
            add(profile, &profile->esp, &secret->esp, sizeof secret->esp);
        break;
    }
}

static int compare_ike(const void *left, const void *right)
{
    const struct ike_secret *a = left;
    const struct ike_secret *b = right;
    int order = memcmp(a->cookie, b->cookie, sizeof a->cookie);
    if (order == 0)
        order = (a->key_length > b->key_length) - (a->key_length < b->key_length);
    return order != 0 ? order : memcmp(a->key, b->key, sizeof a->key);
}

static int compare_esp_keys(const struct esp_secret *a, const struct esp_secret *b)
{
    if (a->cipher != b->cipher)
        return a->cipher < b->cipher ? -1 : 1;
    if (a->cipher_key_length != b->cipher_key_length)
        return a->cipher_key_length < b->cipher_key_length ? -1 : 1;
    if (a->integrity != b->integrity)
        return a->integrity < b->integrity ? -1 : 1;
    if (a->integrity && a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    int order = memcmp(a->cipher_key, b->cipher_key, sizeof a->cipher_key);
    return order != 0 ? order : memcmp(a->integrity_key, b->integrity_key, sizeof a->integrity_key);
}

static int compare_esp(const void *left, const void *right)
{
    const struct esp_secret *a = left;
    const struct esp_secret *b = right;
    if (a->spi != b->spi)
        return a->spi < b->spi ? -1 : 1;
    int order = ip_address_compare(&a->source, &b->source);
    if (order == 0)
        order = ip_address_compare(&a->destination, &b->destination);
    return order != 0 ? order : compare_esp_keys(a, b);
}

static void sort(struct rows *rows, size_t size, int (*compare)(const void *, const void *))
{
    uint8_t *octets = rows->octets;
    size_t kept = 0;
    if (rows->sorted || rows->count == 0)
        return;
    qsort(octets, rows->count, size, compare);
    for (size_t i = 0; i < rows->count; i++)
        if (i == 0 || compare(octets + (kept - 1) * size, octets + i * size) != 0)
            memmove(octets + kept++ * size, octets + i * size, size);
    rows->count = kept;
    rows->sorted = true;
}

static void sort_all(struct wireshark_profile *profile)
{
    sort(&profile->ike, sizeof(struct ike_secret), compare_ike);
    sort(&profile->esp, sizeof(struct esp_secret), compare_esp);
}

struct wireshark_counts wireshark_profile_count(struct wireshark_profile *profile)
{
    sort_all(profile);
    return (struct wireshark_counts){
        .tls = profile->tls_count, .ike = profile->ike.count, .esp = profile->esp.count};
}

bool wireshark_profile_failed(const struct wireshark_profile *profile)
{
    for (size_t i = 0; i < WIRESHARK_FILES; i++)
        if (profile->files[i].failure != 0)
            return true;
    return profile->out_of_memory;
}

static const char *to_hex(const uint8_t *octets, size_t length, char *text)
{
    for (size_t i = 0; i < length; i++)
        sprintf(text + 2 * i, "%02x", octets[i]);
    text[2 * length] = '\0';
    return text;
}

/* <initiator cookie>,<key>, without any quotation marks. */
static void write_ike(struct wireshark_profile *profile)
{
    const struct ike_secret *rows = profile->ike.octets;
    char cookie[2 * SECRET_COOKIE_SIZE + 1];
    char key[2 * CIPHER_KEY_SIZE_MAXIMUM + 1];
    char line[sizeof cookie + sizeof key];
    for (size_t i = 0; i < profile->ike.count; i++) {
        snprintf(line, sizeof line, "%s,%s", to_hex(rows[i].cookie, sizeof rows[i].cookie, cookie),
                 to_hex(rows[i].key, rows[i].key_length, key));
        write_line(profile, WIRESHARK_IKE_KEYS, line);
    }
}

static const char *cipher_word(const struct esp_secret *row)
{
    static const char *const words[CIPHER_ALGORITHMS] = {
        [CIPHER_NULL] = "NULL",
        [CIPHER_DES_CBC] = "DES-CBC [RFC2405]",
        [CIPHER_3DES_CBC] = "TripleDES-CBC [RFC2451]",
        [CIPHER_AES_CBC] = "AES-CBC [RFC3602]",
    };
    return words[row->cipher];
}

static const char *integrity_word(const struct esp_secret *row)
{
    static const char *const words[HASH_ALGORITHMS] = {
        [HASH_MD5] = "HMAC-MD5-96 [RFC2403]",
        [HASH_SHA1] = "HMAC-SHA-1-96 [RFC2404]",
        [HASH_SHA256] = "HMAC-SHA-256-128 [RFC4868]",
    };
    return row->integrity ? words[row->hash] : "NULL";
}

static void write_esp_row(struct wireshark_profile *profile, const struct esp_secret *row,
                          bool anywhere)
{
    char source[IP_TEXT_SIZE];
    char destination[IP_TEXT_SIZE];
    char cipher_key[2 * CIPHER_KEY_SIZE_MAXIMUM + 1];
    char integrity_key[2 * HASH_SIZE_MAXIMUM + 1];
    char line[512];
    snprintf(line, sizeof line,
             "\"IPv%u\",\"%s\",\"%s\",\"0x%08" PRIx32 "\",\"%s\",\"%s%s\",\"%s\",\"%s%s\"",
             (unsigned)row->source.version,
             anywhere ? "*" : ip_address_format(&row->source, source),
             anywhere ? "*" : ip_address_format(&row->destination, destination), row->spi,
             cipher_word(row), row->cipher_key_length ? "0x" : "",
             to_hex(row->cipher_key, row->cipher_key_length, cipher_key), integrity_word(row),
             row->integrity_key_length ? "0x" : "",
             to_hex(row->integrity_key, row->integrity_key_length, integrity_key));
    write_line(profile, WIRESHARK_ESP_KEYS, line);
}

/*
 * An SPI that means the same keys everywhere gets a row without addresses: behind a NAT the packets
 * have others than the ends know.
 */
static void write_esp(struct wireshark_profile *profile)
{
    const struct esp_secret *rows = profile->esp.octets;
    for (size_t first = 0, end; first < profile->esp.count; first = end) {
        bool anywhere = true;
        for (end = first + 1; end < profile->esp.count && rows[end].spi == rows[first].spi; end++)
            anywhere = anywhere && compare_esp_keys(&rows[end], &rows[first]) == 0 &&
                       rows[end].source.version == rows[first].source.version;
        for (size_t i = first; i < (anywhere ? first + 1 : end); i++)
            write_esp_row(profile, &rows[i], anywhere);
    }
}

enum status wireshark_profile_close(struct wireshark_profile *profile, char *error,
                                    size_t error_size)
{
    enum status status = STATUS_OK;
    if (!profile)
        return STATUS_OK;
    sort_all(profile);
    write_ike(profile);
    write_esp(profile);
    for (size_t i = 0; i < WIRESHARK_FILES; i++) {
        enum status closed = profile->files[i].file
                                 ? line_log_close(&profile->files[i], error, error_size)
                                 : STATUS_OK;
        status = status == STATUS_OK ? closed : status;
    }
    if (status == STATUS_OK && profile->out_of_memory) {
        status = STATUS_NO_MEMORY;
        snprintf(error, error_size, "no memory for the keys of the traces");
    }
    free(profile->ike.octets);
    free(profile->esp.octets);
    free(profile);
    return status;
}
