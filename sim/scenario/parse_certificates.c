/* Authorities, certificates, and who shows and trusts which. */
#include "scenario/parse.h"
#include "scenario/suggest.h"
#include "scenario/values.h"

#include "crypto/certificate.h"

#include <string.h>

static const char *const usage_names[] = {"server", "client", "general", "ipsec", NULL};
static const char *const version_names[] = {"1.0", "1.1", "1.2", NULL};

#define YEAR UINT64_C(31536000)

static bool is_certificate(const xmlNode *element)
{
    return xml_is(element->parent, "topology") &&
           (xml_is(element, "certificate-authority") || xml_is(element, "certificate"));
}

/* The certificate, or with @p authority the authority, called @p wanted; @p where is for who does
   not find it. */
static const struct scenario_certificate *find(struct loader *loader, struct scenario_position at,
                                               const char *wanted, bool authority,
                                               const char *where)
{
    const struct scenario *scenario = loader->scenario;
    struct suggestion suggestion = suggest_start(wanted);
    char text[SUGGESTION_TEXT_SIZE];
    for (size_t i = 0; i < scenario->certificate_count; i++) {
        const struct scenario_certificate *known = &scenario->certificates[i];
        if ((known->usage == SCENARIO_CERTIFICATE_AUTHORITY) != authority)
            continue;
        if (strcmp(known->name, wanted) == 0)
            return known;
        suggest_consider(&suggestion, known->name);
    }
    loader_error(loader, at, "there is no %s \"%s\"%s%s",
                 authority ? "certificate authority" : "certificate", wanted, where,
                 suggest_text(&suggestion, text));
    return NULL;
}

static void parse_issuer(struct loader *loader, const xmlNode *element,
                         struct scenario_certificate *certificate)
{
    const char *wanted = element_text(loader, element, "issuer");
    if (!wanted)
        return;
    struct scenario_position at = loader_attribute_position(loader, element, "issuer");
    certificate->issuer = find(loader, at, wanted, true, " further up");
    unsigned length = 0;
    for (const struct scenario_certificate *c = certificate; c; c = c->issuer)
        length++;
    if (length > CERTIFICATE_CHAIN_MAX)
        loader_error(loader, at, "the chain of certificates is too long; expected at most %d",
                     CERTIFICATE_CHAIN_MAX);
}

/* Times that are not said follow from the scenario's start. */
static uint64_t parse_time(struct loader *loader, const xmlNode *element, const char *name,
                           uint64_t absent)
{
    uint64_t seconds = absent;
    const char *text = element_text(loader, element, name);
    if (text && !value_calendar(text, &seconds))
        element_wrong_value(loader, element, name);
    return seconds;
}

static void parse_certificate(struct loader *loader, const xmlNode *element,
                              struct scenario_certificate *certificate)
{
    uint64_t start = loader->scenario->start_ns / INSTANT_SECOND;
    bool authority = xml_is(element, "certificate-authority");
    certificate->at = loader_position(loader, element);
    certificate->name = element_text(loader, element, "name");
    certificate->subject = element_text(loader, element, "subject");
    certificate->usage = authority ? SCENARIO_CERTIFICATE_AUTHORITY
                                   : (enum scenario_certificate_usage)element_index(
                                         loader, element, "usage", usage_names, 0);
    certificate->not_before =
        parse_time(loader, element, "not-before", start > YEAR ? start - YEAR : 0);
    certificate->not_after = parse_time(loader, element, "not-after", start + 10 * YEAR);
    certificate->key_bits = (unsigned)element_number(loader, element, "key-bits", 0);
    certificate->alternative_names = element_text(loader, element, "alternative-names");
    parse_issuer(loader, element, certificate);
    if (certificate->subject && strlen(certificate->subject) > CERTIFICATE_SUBJECT_MAX)
        element_wrong_value(loader, element, "subject");
    if (certificate->not_before > certificate->not_after)
        loader_error(loader, certificate->at,
                     "<%s> expires before it becomes valid; expected not-before to be earlier",
                     xml_text(element->name));
}

void parse_certificates(struct loader *loader, const xmlNode *root)
{
    struct scenario *scenario = loader->scenario;
    xmlNode *first = xml_next_element(root, (xmlNode *)root);
    size_t count = 0;
    for (xmlNode *e = first; e; e = xml_next_element(root, e))
        count += is_certificate(e) ? 1 : 0;
    struct element_name *names = loader_allocate(loader, count, sizeof *names);
    scenario->certificates = loader_allocate(loader, count, sizeof *scenario->certificates);
    if (!names || !scenario->certificates)
        return;
    for (xmlNode *e = first; e; e = xml_next_element(root, e)) {
        if (!is_certificate(e))
            continue;
        struct scenario_certificate *certificate =
            &scenario->certificates[scenario->certificate_count];
        parse_certificate(loader, e, certificate);
        if (!certificate->name)
            return;
        names[scenario->certificate_count] = (struct element_name){
            .name = certificate->name, .at = certificate->at, .order = scenario->certificate_count};
        scenario->certificate_count++;
    }
    element_check_unique(loader, names, count, "certificate");
}

const struct scenario_certificate *parse_certificate_reference(struct loader *loader,
                                                               const xmlNode *element)
{
    const char *wanted = element_text(loader, element, "certificate");
    return wanted && wanted[0] != '\0'
               ? find(loader, loader_attribute_position(loader, element, "certificate"), wanted,
                      false, "")
               : NULL;
}

void parse_trusted(struct loader *loader, const xmlNode *element,
                   const struct scenario_certificate ***trusted, size_t *count)
{
    const char *text = element_text(loader, element, "trusts");
    if (!text)
        return;
    struct scenario_position at = loader_attribute_position(loader, element, "trusts");
    *trusted = loader_allocate(loader, strlen(text) / 2 + 1, sizeof(struct scenario_certificate *));
    for (const char *name; *trusted && (name = element_word(loader, &text));) {
        const struct scenario_certificate *authority = find(loader, at, name, true, "");
        if (!authority)
            return;
        (*trusted)[(*count)++] = authority;
    }
}

static enum scenario_tls_version parse_version(struct loader *loader, const xmlNode *element,
                                               const char *name)
{
    if (!xml_attribute(element, name))
        return SCENARIO_TLS_UNSET;
    return (enum scenario_tls_version)(SCENARIO_TLS_1_0 +
                                       element_index(loader, element, name, version_names, 0));
}

void parse_eap_tls(struct loader *loader, const xmlNode *element, bool server,
                   struct scenario_eap_tls *eap_tls)
{
    const xmlNode *child = parse_single(loader, element, "eap-tls");
    if (!child)
        return;
    eap_tls->at = loader_position(loader, child);
    const char *wanted = element_text(loader, child, "certificate");
    eap_tls->certificate = parse_certificate_reference(loader, child);
    if (server && (!wanted || wanted[0] == '\0'))
        loader_error(loader, eap_tls->at,
                     "<eap-tls> of a server lacks the attribute \"certificate\"");
    parse_trusted(loader, child, &eap_tls->trusted, &eap_tls->trusted_count);
    eap_tls->minimum = parse_version(loader, child, "minimum");
    eap_tls->maximum = parse_version(loader, child, "maximum");
    eap_tls->fragment = (uint16_t)element_number(loader, child, "fragment", 0);
    if (eap_tls->maximum != SCENARIO_TLS_UNSET && eap_tls->minimum > eap_tls->maximum)
        loader_error(loader, eap_tls->at,
                     "minimum of <eap-tls> is above maximum; expected a version that is left");
}
