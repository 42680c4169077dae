#include "ppp/ppp_bundle.h"

#include <string.h>

/* Section 5.1.3: class 0 is what holds when the option is absent. */
static bool is_told(const struct lcp_endpoint *endpoint)
{
    return endpoint->known && endpoint->class != LCP_ENDPOINT_NULL;
}

static bool is_same_endpoint(const struct lcp_endpoint *a, const struct lcp_endpoint *b)
{
    if (!is_told(a) || !is_told(b))
        return is_told(a) == is_told(b);
    return a->class == b->class && a->length == b->length &&
           memcmp(a->address, b->address, a->length) == 0;
}

/* The four cases of section 5.1.3 come to one rule: what either link has told must be the same. */
const char *ppp_bundle_refusal(const struct ppp_bundle *bundle, const struct ppp_bundle *link)
{
    if (!bundle->multilink || !link->multilink)
        return "no-multilink";
    if (!is_same_endpoint(&bundle->peer_endpoint, &link->peer_endpoint))
        return "other-endpoint";
    if (strcmp(bundle->peer_name, link->peer_name) != 0)
        return "other-user";
    /* Sections 5.1.1 and 5.1.2: every link must have agreed on the same. */
    if (bundle->mru != link->mru || bundle->peer_mru != link->peer_mru ||
        bundle->short_sequence != link->short_sequence ||
        bundle->peer_short_sequence != link->peer_short_sequence)
        return "other-mrru";
    return NULL;
}
